"""The functions of musicgen.h that this package calls: name -> (result, argument, …).

Handles are void pointers here; `out` arguments receive one. A test compares every line with the header.
"""

from ctypes import (CFUNCTYPE, POINTER, c_char_p, c_double, c_float, c_int32, c_int64, c_size_t, c_uint8, c_uint32,
                    c_uint64, c_void_p)

ABI_VERSION = 1

STATUS = c_int32
HANDLE = c_void_p
HANDLES = POINTER(c_void_p)
OUT = POINTER(c_void_p)
FREE = (None, HANDLE)
PROGRESS_CALLBACK = CFUNCTYPE(c_int32, c_int64, c_int64, c_void_p)

PROTOTYPES = {
    # version and errors
    "mg_abi_version": (c_int32,),
    "mg_version": (c_char_p,),
    "mg_last_error": (c_char_p,),
    # bytes
    "mg_bytes_data": (POINTER(c_uint8), HANDLE),
    "mg_bytes_size": (c_size_t, HANDLE),
    "mg_bytes_free": FREE,
    # sound
    "mg_waveform_new": (STATUS, POINTER(c_float), c_int64, c_int64, c_int64, OUT),
    "mg_waveform_read": (STATUS, c_char_p, c_double, c_double, OUT),
    "mg_waveform_free": FREE,
    "mg_waveform_data": (POINTER(c_float), HANDLE),
    "mg_waveform_sample_rate_hz": (c_int64, HANDLE),
    "mg_waveform_channels": (c_int64, HANDLE),
    "mg_waveform_samples": (c_int64, HANDLE),
    "mg_sound_info_read": (STATUS, c_char_p, POINTER(c_int64), POINTER(c_int64), POINTER(c_int64)),
    "mg_waveform_convert": (STATUS, HANDLE, c_int64, c_int64, OUT),
    # level
    "mg_normalization_new": (STATUS, c_int32, OUT),
    "mg_normalization_set_loudness_headroom_db": (STATUS, HANDLE, c_double),
    "mg_normalization_set_loudness_compressor": (STATUS, HANDLE, c_int32),
    "mg_normalization_free": FREE,
    "mg_waveform_normalize": (STATUS, HANDLE, HANDLE, OUT, POINTER(c_int64)),
    # sound files
    "mg_encoding_new": (STATUS, c_int32, OUT),
    "mg_encoding_set_bitrate_kbps": (STATUS, HANDLE, c_int32),
    "mg_encoding_free": FREE,
    "mg_encode_audio": (STATUS, HANDLE, HANDLE, OUT),
    "mg_write_file": (STATUS, c_char_p, c_void_p, c_size_t),
    # stems
    "mg_separator_open": (STATUS, c_char_p, c_int32, OUT),
    "mg_separator_name": (c_char_p, HANDLE),
    "mg_separator_stem_count": (c_size_t, HANDLE),
    "mg_separator_stem_name": (c_char_p, HANDLE, c_size_t),
    "mg_separator_sample_rate_hz": (c_int64, HANDLE),
    "mg_separator_run": (STATUS, HANDLE, HANDLE, c_char_p, c_int64, PROGRESS_CALLBACK, c_void_p, OUT),
    "mg_separator_free": FREE,
    "mg_separation_count": (c_size_t, HANDLE),
    "mg_separation_name": (c_char_p, HANDLE, c_size_t),
    "mg_separation_audio": (STATUS, HANDLE, c_size_t, OUT),
    "mg_separation_free": FREE,
    # codes
    "mg_codes_new": (STATUS, POINTER(c_int32), c_int64, c_int64, OUT),
    "mg_codes_data": (POINTER(c_int32), HANDLE),
    "mg_codes_codebooks": (c_int64, HANDLE),
    "mg_codes_frames": (c_int64, HANDLE),
    "mg_codes_free": FREE,
    # models
    "mg_precision_name": (c_char_p, c_int32),
    "mg_model_options_new": (STATUS, c_char_p, OUT),
    "mg_model_options_set_text_encoder": (STATUS, HANDLE, c_char_p),
    "mg_model_options_set_codec": (STATUS, HANDLE, c_char_p),
    "mg_model_options_set_style_encoder": (STATUS, HANDLE, c_char_p),
    "mg_model_options_set_demucs": (STATUS, HANDLE, c_char_p),
    "mg_model_options_add_lora": (STATUS, HANDLE, c_char_p, c_double),
    "mg_model_options_set_precision": (STATUS, HANDLE, c_int32),
    "mg_model_options_set_reference": (STATUS, HANDLE, c_int32),
    "mg_model_options_set_strict": (STATUS, HANDLE, c_int32),
    "mg_model_options_set_threads": (STATUS, HANDLE, c_int32),
    "mg_model_options_set_device": (STATUS, HANDLE, c_char_p),
    "mg_model_options_set_max_streams": (STATUS, HANDLE, c_int32),
    "mg_model_options_set_cache_bytes": (STATUS, HANDLE, c_uint64),
    "mg_model_options_free": FREE,
    "mg_model_open": (STATUS, HANDLE, OUT),
    "mg_model_load": (STATUS, HANDLE, c_int32, c_double),
    "mg_model_free": FREE,
    "mg_model_path": (c_char_p, HANDLE),
    "mg_model_type": (c_char_p, HANDLE),
    "mg_model_lora_count": (c_size_t, HANDLE),
    "mg_model_lora_path": (c_char_p, HANDLE, c_size_t),
    "mg_model_lora_strength": (c_double, HANDLE, c_size_t),
    "mg_model_licence": (c_char_p, HANDLE),
    "mg_model_precision": (c_int32, HANDLE),
    "mg_model_threads": (c_int32, HANDLE),
    "mg_model_sample_rate_hz": (c_int64, HANDLE),
    "mg_model_frame_rate_hz": (c_int64, HANDLE),
    "mg_model_hop_samples": (c_int64, HANDLE),
    "mg_model_audio_channels": (c_int64, HANDLE),
    "mg_model_codebooks": (c_int64, HANDLE),
    "mg_model_codebook_size": (c_int64, HANDLE),
    "mg_model_max_duration_s": (c_double, HANDLE),
    "mg_model_temperature": (c_double, HANDLE),
    "mg_model_top_k": (c_int64, HANDLE),
    "mg_model_top_p": (c_double, HANDLE),
    "mg_model_cfg_coef": (c_double, HANDLE),
    "mg_model_style_codebooks": (c_int64, HANDLE),
    "mg_model_warning_count": (c_size_t, HANDLE),
    "mg_model_warning": (c_char_p, HANDLE, c_size_t),
    "mg_model_encode": (STATUS, HANDLE, HANDLE, OUT),
    "mg_model_decode": (STATUS, HANDLE, HANDLE, OUT),
    # requests
    "mg_request_new": (STATUS, OUT),
    "mg_request_set_prompt": (STATUS, HANDLE, c_char_p),
    "mg_request_set_melody": (STATUS, HANDLE, HANDLE),
    "mg_request_set_stems": (STATUS, HANDLE, c_int32),
    "mg_request_set_audio_prompt": (STATUS, HANDLE, HANDLE),
    "mg_request_set_style": (STATUS, HANDLE, HANDLE),
    "mg_request_set_style_eval_q": (STATUS, HANDLE, c_int64),
    "mg_request_set_style_excerpt_s": (STATUS, HANDLE, c_double),
    "mg_request_set_style_ds_factor": (STATUS, HANDLE, c_int64),
    "mg_request_set_duration_s": (STATUS, HANDLE, c_double),
    "mg_request_set_endless": (STATUS, HANDLE),
    "mg_request_set_use_sampling": (STATUS, HANDLE, c_int32),
    "mg_request_set_temperature": (STATUS, HANDLE, c_double),
    "mg_request_set_top_k": (STATUS, HANDLE, c_int64),
    "mg_request_set_top_p": (STATUS, HANDLE, c_double),
    "mg_request_set_cfg_coef": (STATUS, HANDLE, c_double),
    "mg_request_set_cfg_coef_beta": (STATUS, HANDLE, c_double),
    "mg_request_set_two_step_cfg": (STATUS, HANDLE, c_int32),
    "mg_request_set_max_duration_s": (STATUS, HANDLE, c_double),
    "mg_request_set_extend_stride_s": (STATUS, HANDLE, c_double),
    "mg_request_set_seed": (STATUS, HANDLE, c_uint64),
    "mg_request_free": FREE,
    # sessions
    "mg_session_new": (STATUS, HANDLE, OUT),
    "mg_session_free": FREE,
    "mg_session_submit_batch": (STATUS, HANDLE, HANDLES, c_size_t, c_uint32, POINTER(c_uint64)),
    "mg_session_cancel": (STATUS, HANDLE, c_uint64),
    "mg_session_hold": (STATUS, HANDLE, c_uint64, c_int64),
    "mg_steering_new": (STATUS, OUT),
    "mg_steering_set_prompt": (STATUS, HANDLE, c_char_p),
    "mg_steering_set_cfg_coef": (STATUS, HANDLE, c_double),
    "mg_steering_set_temperature": (STATUS, HANDLE, c_double),
    "mg_steering_set_top_k": (STATUS, HANDLE, c_int64),
    "mg_steering_set_top_p": (STATUS, HANDLE, c_double),
    "mg_steering_set_at_step": (STATUS, HANDLE, c_int64),
    "mg_steering_free": FREE,
    "mg_session_steer": (STATUS, HANDLE, c_uint64, HANDLE),
    "mg_session_step": (STATUS, HANDLE, OUT, POINTER(c_int32)),
    "mg_events_count": (c_size_t, HANDLE),
    "mg_events_kind": (c_int32, HANDLE, c_size_t),
    "mg_events_request": (c_uint64, HANDLE, c_size_t),
    "mg_events_steps_done": (c_int64, HANDLE, c_size_t),
    "mg_events_steps_total": (c_int64, HANDLE, c_size_t),
    "mg_events_steered_step": (c_int64, HANDLE, c_size_t),
    "mg_events_audio": (STATUS, HANDLE, c_size_t, OUT),
    "mg_events_codes": (STATUS, HANDLE, c_size_t, OUT),
    "mg_events_error": (STATUS, HANDLE, c_size_t),
    "mg_events_error_message": (c_char_p, HANDLE, c_size_t),
    "mg_events_free": FREE,
}

# The header's numbers, by the names that users give.
STATUSES = {"MG_OK": 0, "MG_BAD_INPUT": 1, "MG_FAILURE": 2, "MG_OUT_OF_MEMORY": 3, "MG_CANCELLED": 4,
            "MG_UNSUPPORTED": 5}
PRECISIONS = {"auto": 0, "f32": 1, "f16": 2, "bf16": 3, "q8": 4, "q4": 5}
STEMS = {"auto": 0, "on": 1, "off": 2}
REFERENCES = {"auto": 0, "hf": 1, "audiocraft": 2}
FORMATS = {"wav": 0, "flac": 1, "ogg": 2, "opus": 3, "mp3": 4}
STRATEGY_LOUDNESS = 0
SUBMIT_STREAM_AUDIO, SUBMIT_NO_AUDIO, SUBMIT_NO_PROGRESS = 1, 2, 4
EVENTS = {1: "deferred", 2: "sound", 3: "progress", 4: "steered", 5: "done", 6: "cancelled", 7: "failed"}
