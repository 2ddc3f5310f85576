/* The library's C interface: music from text, melodies and sounds. The C++ layer musicgen.hpp and
 * the Python package stand on it.
 *
 *   mg_model_options* options = NULL;
 *   mg_model* model = NULL;
 *   mg_request* request = NULL;
 *   mg_results* results = NULL;
 *   mg_waveform* sound = NULL;
 *   mg_model_options_new("facebook/musicgen-small", &options);
 *   mg_model_open(options, &model);
 *   mg_request_new(&request);
 *   mg_request_set_prompt(request, "happy rock");
 *   const mg_request* batch[] = {request};
 *   mg_model_generate(model, batch, 1, NULL, &results);
 *   mg_results_audio(results, 0, &sound);
 *
 * Status. Functions that can fail return an mg_status; mg_last_error() is then one sentence: what,
 * where, what was expected and what was found. Getters return their value, and 0 or NULL (with a
 * sentence) for a handle that is none of theirs.
 *
 * Handles. Everything is reached through handles; `mg_x** out` receives a new one, which its owner
 * gives back with mg_x_free, and NULL where the call fails. A handle is a number in a pointer's
 * clothes, never used twice: NULL, one that was freed and one of another kind end in MG_BAD_INPUT;
 * freeing them does nothing. Handles may be freed in any order, also from callbacks and while
 * another thread's call uses them: what such a call needs lives until it returns, a model as long
 * as its sessions.
 *
 * Memory. What a function reads from a pointer it copies before it returns. Pointers that a getter
 * returns are borrowed: valid and unchanging until the handle they came from is freed.
 *
 * Threads. Any function may be called from any thread at any time, and calls on one handle take
 * turns where they must. Work on one model runs together: all that is generated shares each pass
 * over the weights. Callbacks come from the thread whose call they belong to, during that call, and
 * may call the library; they must not throw or longjmp.
 *
 * Values. Strings are UTF-8 and end with NUL. Durations are seconds; a duration of d seconds is
 * int(d * frame rate) frames. Sound is float samples [C, N], channel after channel, full scale +-1.
 * Codes are [K, T], codebook after codebook: K codebooks, T frames. Flags are 0 or 1.
 */
#ifndef MUSICGEN_MUSICGEN_H_
#define MUSICGEN_MUSICGEN_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define MG_API __attribute__((visibility("default")))
#else
#define MG_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- version, errors, log ---- */

/* Counts what was added to this interface. A program built against revision r runs with every
 * library of the same soname whose mg_abi_version() is at least r. */
#define MG_ABI_VERSION 1
MG_API int32_t mg_abi_version(void);
/* The library's version, "0.1.0". */
MG_API const char* mg_version(void);

typedef int32_t mg_status;
enum {
  MG_OK = 0,
  MG_BAD_INPUT = 1,     /* a handle, argument, file or request is at fault */
  MG_FAILURE = 2,       /* the machine failed: disk, a device */
  MG_OUT_OF_MEMORY = 3, /* of this call or request alone */
  MG_CANCELLED = 4,     /* a callback stopped it */
  MG_UNSUPPORTED = 5    /* this build or format cannot do it */
};
/* "ok", "bad input", ...; never NULL. */
MG_API const char* mg_status_name(mg_status status);

/* The sentence of this thread's last failure, "" before the first. Valid until this thread's next
 * failure. */
MG_API const char* mg_last_error(void);

typedef int32_t mg_log_level;
enum { MG_LOG_INFO = 1, MG_LOG_WARNING = 2 };
typedef void (*mg_log_callback)(mg_log_level level, const char* message, void* user);
/* Who is told what the library has to say beside its results: a model that was opened, warnings
 * about its files. Nobody at first (NULL): the library itself prints nothing. The callback comes
 * from whichever thread has something to say, and must not call the library. */
MG_API void mg_set_log_callback(mg_log_callback callback, void* user);

/* ---- bytes and lists of strings, as some functions return them ---- */

typedef struct mg_bytes mg_bytes;
MG_API const uint8_t* mg_bytes_data(const mg_bytes* bytes); /* a NUL follows the last byte */
MG_API size_t mg_bytes_size(const mg_bytes* bytes);
MG_API void mg_bytes_free(mg_bytes* bytes);

typedef struct mg_strings mg_strings;
MG_API size_t mg_strings_count(const mg_strings* strings);
MG_API const char* mg_strings_get(const mg_strings* strings, size_t index);
MG_API void mg_strings_free(mg_strings* strings);

/* ---- graphics cards ---- */

/* The devices that "vulkan:N" counts (mg_model_options_set_device), N being the index: none where
 * there is no card, no driver, or a build without Vulkan. A software device only where the
 * environment has MUSICGEN_VULKAN_SOFTWARE=1, for tests. */
typedef struct mg_devices mg_devices;
MG_API mg_status mg_devices_list(mg_devices** out);
MG_API size_t mg_devices_count(const mg_devices* devices);
MG_API const char* mg_devices_name(const mg_devices* devices, size_t index);
MG_API const char* mg_devices_driver(const mg_devices* devices, size_t index); /* and its version */
/* "discrete", "integrated", "virtual", "other", "software" */
MG_API const char* mg_devices_kind(const mg_devices* devices, size_t index);
MG_API uint64_t mg_devices_memory_bytes(const mg_devices* devices, size_t index); /* its own */
/* How it computes, proved on it just now ("fused multiply-adds", "fused multiply-adds made from
 * double"), or the sentence by which it is refused. */
MG_API const char* mg_devices_arithmetic(const mg_devices* devices, size_t index);
MG_API void mg_devices_free(mg_devices* devices);

/* ---- sound ---- */

/* Float samples [C, N] at a sample rate. Never changes: what alters a sound makes a new one. */
typedef struct mg_waveform mg_waveform;

/* Copies values [channels, samples]; no samples are a sound too, with `values` NULL or not. At most
 * 1024 channels, 768000 Hz and 2^32 values. */
MG_API mg_status mg_waveform_new(const float* values, int64_t sample_rate_hz, int64_t channels,
                                 int64_t samples, mg_waveform** out);
/* Reads WAV (and RIFX, RF64, BW64, Wave64), AIFF, AU, CAF, FLAC, Ogg (Vorbis, Opus, FLAC) or MP3,
 * and the sound of M4A, MP4, WebM and others where FFmpeg's libraries are installed, told by the
 * content, at the file's own rate and channels. Of it the part from `start_s` on, below
 * 0: so many seconds before the end, and of that at most `duration_s`, 0: to the end. At most 64
 * channels, and 10 minutes of what is kept. MG_BAD_INPUT also where the file is shorter than its
 * start. */
MG_API mg_status mg_waveform_read(const char* path, double start_s, double duration_s,
                                  mg_waveform** out);
/* The same of a file's bytes; `name` stands for the file in messages and may be NULL. */
MG_API mg_status mg_waveform_decode(const void* data, size_t size, const char* name, double start_s,
                                    double duration_s, mg_waveform** out);
/* For a process that is about to give up its right to open files: opens the libraries that decoding
 * these bytes takes, if any. */
MG_API void mg_decoder_load(const void* data, size_t size);
MG_API void mg_waveform_free(mg_waveform* wave);

MG_API const float* mg_waveform_data(const mg_waveform* wave); /* [C, N]; NULL without samples */
MG_API int64_t mg_waveform_sample_rate_hz(const mg_waveform* wave);
MG_API int64_t mg_waveform_channels(const mg_waveform* wave); /* C */
MG_API int64_t mg_waveform_samples(const mg_waveform* wave);  /* N, per channel */

/* What a sound file holds, by decoding all of it (a day at most) and keeping none. Any of the
 * results may be NULL. `samples` count per channel. */
MG_API mg_status mg_sound_info_read(const char* path, int64_t* sample_rate_hz, int64_t* channels,
                                    int64_t* samples);
MG_API mg_status mg_sound_info_decode(const void* data, size_t size, const char* name,
                                      int64_t* sample_rate_hz, int64_t* channels, int64_t* samples);

/* AudioCraft's convert_audio: resampled as julius does, then its channels: to one their mean, one
 * repeated, of many the first. 0 for rate or channels: as they are. */
MG_API mg_status mg_waveform_convert(const mg_waveform* wave, int64_t sample_rate_hz,
                                     int64_t channels, mg_waveform** out);
/* The samples of all channels beyond +-1, which every file but a WAV of floats clips. */
MG_API int64_t mg_waveform_count_beyond_full_scale(const mg_waveform* wave);

/* ---- level ---- */

typedef int32_t mg_strategy;
enum {
  MG_STRATEGY_LOUDNESS = 0, /* to -headroom LUFS; a sound below 0.4 s by its peak */
  MG_STRATEGY_PEAK = 1,
  MG_STRATEGY_RMS = 2,
  MG_STRATEGY_CLIP = 3,
  MG_STRATEGY_NONE = 4
};

/* How a finished piece is brought to its level: audio_write's parameters, with what AudioCraft's
 * documentation gives for MusicGen as defaults. */
typedef struct mg_normalization mg_normalization;
MG_API mg_status mg_normalization_new(mg_strategy strategy, mg_normalization** out);
/* 0: peak and rms attenuate only. Default 1. */
MG_API mg_status mg_normalization_set_normalize(mg_normalization* how, int32_t normalize);
/* Of peak and clip, default 1; of rms, default 18; of loudness, default 14: that is -14 LUFS. */
MG_API mg_status mg_normalization_set_peak_clip_headroom_db(mg_normalization* how, double db);
MG_API mg_status mg_normalization_set_rms_headroom_db(mg_normalization* how, double db);
MG_API mg_status mg_normalization_set_loudness_headroom_db(mg_normalization* how, double db);
/* tanh behind the gain of loudness. Default 1 (audio_write's own is off). */
MG_API mg_status mg_normalization_set_loudness_compressor(mg_normalization* how,
                                                          int32_t compressor);
MG_API void mg_normalization_free(mg_normalization* how);

/* `clipped`, which may be NULL, becomes the number of samples of all channels that were clipped. */
MG_API mg_status mg_waveform_normalize(const mg_waveform* wave, const mg_normalization* how,
                                       mg_waveform** out, int64_t* clipped);

/* ---- sound files ---- */

typedef int32_t mg_audio_format;
enum {
  MG_FORMAT_WAV = 0,
  MG_FORMAT_FLAC = 1,
  MG_FORMAT_OGG = 2,  /* Vorbis */
  MG_FORMAT_OPUS = 3, /* in Ogg */
  MG_FORMAT_MP3 = 4
};

/* How samples are stored in WAV and FLAC; the other formats store none. FLAC holds integers. */
typedef int32_t mg_sample_format;
enum { MG_SAMPLES_PCM16 = 0, MG_SAMPLES_PCM24 = 1, MG_SAMPLES_FLOAT32 = 2 };

typedef struct mg_encoding mg_encoding;
MG_API mg_status mg_encoding_new(mg_audio_format format, mg_encoding** out);
/* Default PCM16. */
MG_API mg_status mg_encoding_set_sample_format(mg_encoding* encoding, mg_sample_format samples);
/* Goes into the file's metadata, cut at 2000 bytes; NULL: none. */
MG_API mg_status mg_encoding_set_comment(mg_encoding* encoding, const char* comment);
/* Of MP3 (the nearest the format has; default 320, below 32 kHz 160) and Vorbis (the quality
 * nearest to it; default quality 6). 0: the default. Other formats ignore it. */
MG_API mg_status mg_encoding_set_bitrate_kbps(mg_encoding* encoding, int32_t kbps);
MG_API void mg_encoding_free(mg_encoding* encoding);

/* The bytes of a sound file. The same sound and encoding give the same bytes. Integers and lossy
 * formats clip at +-1; a rate the format does not have (Opus: 32 kHz) is resampled to the next it
 * has. */
MG_API mg_status mg_encode_audio(const mg_waveform* wave, const mg_encoding* encoding,
                                 mg_bytes** out);

/* A sound file that is sent while it is made. */
typedef struct mg_encoder mg_encoder;
/* `samples` per channel that will come, below 0: unknown. A WAV stream of unknown length says
 * "until the end", and one of known length must get exactly that many; the other formats need no
 * length. Each format streams at the rates it has: Opus at 8, 12, 16, 24 and 48 kHz, else
 * MG_UNSUPPORTED. The bytes are those of mg_encode_audio, but for what a finished file's header
 * says of its whole (WAV: the comment; FLAC: length and checksum; MP3: its table for seeking). */
MG_API mg_status mg_encoder_new(const mg_encoding* encoding, int64_t sample_rate_hz,
                                int64_t channels, int64_t samples, mg_encoder** out);
/* The next values [channels, samples] become bytes, those that are ready, maybe none yet. A WAV
 * stream's header comes with the first call, which may be one without samples. */
MG_API mg_status mg_encoder_write(mg_encoder* encoder, const float* values, int64_t channels,
                                  int64_t samples, mg_bytes** out);
/* The last bytes. Nothing can be written after. */
MG_API mg_status mg_encoder_finish(mg_encoder* encoder, mg_bytes** out);
MG_API void mg_encoder_free(mg_encoder* encoder);

/* Whether a file can be written, asked before the work that makes its content. MG_BAD_INPUT for a
 * name that the file system refuses, a folder, a place where nothing may be made. Folders on the
 * way may be missing. */
MG_API mg_status mg_check_destination(const char* path);
/* A file that appears whole or not at all. The folder must be there. */
MG_API mg_status mg_write_file(const char* path, const void* data, size_t size);

/* The bytes of a PNG file of a sound: waveform, mel spectrogram and chroma. */
MG_API mg_status mg_plot(const mg_waveform* wave, mg_bytes** out);

/* ---- codes ---- */

/* EnCodec codes [K, T] of one sample. Stereo: K = 8, left and right interleaved (1L 1R 2L ...).
 * Never changes. */
typedef struct mg_codes mg_codes;
MG_API mg_status mg_codes_new(const int32_t* values, int64_t codebooks, int64_t frames,
                              mg_codes** out);
MG_API const int32_t* mg_codes_data(const mg_codes* codes); /* [K, T]; NULL without frames */
MG_API int64_t mg_codes_codebooks(const mg_codes* codes);   /* K */
MG_API int64_t mg_codes_frames(const mg_codes* codes);      /* T */
MG_API void mg_codes_free(mg_codes* codes);

/* safetensors with one tensor `codes`, I64 [B, K, T]. The three numbers describe the codec; 0:
 * unknown. All samples have one shape. */
MG_API mg_status mg_codes_write(const char* path, const mg_codes* const* codes, size_t count,
                                int64_t frame_rate_hz, int64_t sample_rate_hz,
                                int64_t codebook_size);
typedef struct mg_codes_file mg_codes_file;
MG_API mg_status mg_codes_file_read(const char* path, mg_codes_file** out);
MG_API size_t mg_codes_file_count(const mg_codes_file* file); /* B */
MG_API mg_status mg_codes_file_get(const mg_codes_file* file, size_t index, mg_codes** out);
MG_API int64_t mg_codes_file_frame_rate_hz(const mg_codes_file* file);
MG_API int64_t mg_codes_file_sample_rate_hz(const mg_codes_file* file);
MG_API int64_t mg_codes_file_codebook_size(const mg_codes_file* file);
MG_API void mg_codes_file_free(mg_codes_file* file);

/* ---- chroma ---- */

/* Whose reading of an empty prompt, of padding and of a melody's rate is followed. */
typedef int32_t mg_reference;
enum {
  /* The checkpoint's own, but each sample of a batch gets what it would get alone. */
  MG_REFERENCE_AUTO = 0,
  /* As the library named does it, in its batches too, where padding makes samples depend on their
   * neighbours. */
  MG_REFERENCE_HUGGINGFACE = 1,
  MG_REFERENCE_AUDIOCRAFT = 2
};

/* Energies of pitch classes [frames, classes], class 0 is C. A model is given one-hot rows: 1 at
 * the strongest class. Never changes. */
typedef struct mg_chroma mg_chroma;
MG_API mg_status mg_chroma_new(const float* values, int64_t frames, int64_t classes,
                               mg_chroma** out);
/* Whether the stems of a melody are separated: where HT-Demucs' weights are found, but never where
 * transformers is followed by name; always, which fails without them; never. */
typedef int32_t mg_stems_use;
enum { MG_STEMS_AUTO = 0, MG_STEMS_ON = 1, MG_STEMS_OFF = 2 };
/* One-hot, as the melody models hear a sound: a row for each 4096 samples at 32 kHz, or as the
 * configuration of `model` says (a directory or name as in mg_model_options_new; NULL: the
 * published models'). Hugging Face resamples as torchaudio does and cuts at 30 s; AudioCraft as
 * julius and does not cut; auto is the model's own, without a model AudioCraft's. */
MG_API mg_status mg_chroma_extract(const mg_waveform* melody, mg_reference reference,
                                   const char* model, mg_chroma** out);
/* The same of what is left of the melody without drums and bass; mg_chroma_extract separates
 * nothing. `demucs` as mg_model_options_set_demucs takes it. */
MG_API mg_status mg_chroma_extract_of_stems(const mg_waveform* melody, mg_reference reference,
                                            const char* model, mg_stems_use stems,
                                            const char* demucs, mg_chroma** out);
MG_API const float* mg_chroma_data(const mg_chroma* chroma); /* [frames, classes] */
MG_API int64_t mg_chroma_frames(const mg_chroma* chroma);
MG_API int64_t mg_chroma_classes(const mg_chroma* chroma);
/* safetensors with one tensor `chroma`, F32 [frames, classes]. */
MG_API mg_status mg_chroma_write(const mg_chroma* chroma, const char* path);
MG_API void mg_chroma_free(mg_chroma* chroma);

/* ---- models ---- */

/* The format of the language model's and the text encoder's weights in memory. */
typedef int32_t mg_precision;
enum {
  MG_PRECISION_AUTO = 0, /* what a quantised GGUF file holds; else Q8, with the codec exact */
  MG_PRECISION_F32 = 1,
  MG_PRECISION_F16 = 2,
  MG_PRECISION_BF16 = 3,
  MG_PRECISION_Q8 = 4, /* weights, keys and values of eight bits with a scale for 32 of them */
  MG_PRECISION_Q4 = 5  /* weights of four bits, the heads' and the text encoder's of eight */
};
/* "auto", "f32", "f16", "bf16", "q8", "q4"; NULL for a number that is none of them. */
MG_API const char* mg_precision_name(mg_precision precision);

typedef struct mg_model_options mg_model_options;
/* `model` is a directory in the Hugging Face or AudioCraft's layout, a GGUF file,
 * "org/name[@revision]" in the Hugging Face cache, or a short name (small, medium, ...). */
MG_API mg_status mg_model_options_new(const char* model, mg_model_options** out);
/* Directories of a T5 and an EnCodec, where the model's files hold none; NULL: looked for. */
MG_API mg_status mg_model_options_set_text_encoder(mg_model_options* options, const char* path);
MG_API mg_status mg_model_options_set_codec(mg_model_options* options, const char* path);
/* Directory of a MERT, for style models; NULL: MERT-v1-95M is looked for in the model's directory,
 * beside it and in the cache once a style is given. */
MG_API mg_status mg_model_options_set_style_encoder(mg_model_options* options, const char* path);
/* File or directory of an HT-Demucs, which separates the stems of melodies: SIGNATURE-HASH.th or
 * safetensors as demucs has them, or its htdemucs.yaml. NULL: it is looked for beside the model, in
 * the Hugging Face cache (adefossez/HTDemucs) and in torch's, once a melody is given. */
MG_API mg_status mg_model_options_set_demucs(mg_model_options* options, const char* path);
/* One more LoRA adapter that is merged into the weights, behind those before it: a directory as
 * PEFT saves it (adapter_config.json with adapter_model.safetensors or .bin), one of these two
 * files, or "org/name[@revision]" in the Hugging Face cache. `strength` is from -100 to 100,
 * usually 1. */
MG_API mg_status mg_model_options_add_lora(mg_model_options* options, const char* path,
                                           double strength);
MG_API mg_status mg_model_options_set_precision(mg_model_options* options, mg_precision precision);
MG_API mg_status mg_model_options_set_reference(mg_model_options* options, mg_reference reference);
/* 1: tensors that nobody needs are an error, not a warning. Default 0. */
MG_API mg_status mg_model_options_set_strict(mg_model_options* options, int32_t strict);
/* At most 256; 0, the default: one for each processor this process may use. */
MG_API mg_status mg_model_options_set_threads(mg_model_options* options, int32_t threads);
/* Where the language model computes: "cpu"; "vulkan" or "vulkan:N", the N-th graphics card from 0,
 * at precision F32 alone in this version (what auto then is); "auto" (the default): at F32 a card
 * that has the memory, else the CPU. */
MG_API mg_status mg_model_options_set_device(mg_model_options* options, const char* device);
/* Requests that run together, others wait: as many as these streams (0: as the device steps at once
 * with profit) that fit in so many bytes of keys and values (0: in the memory available). */
MG_API mg_status mg_model_options_set_max_streams(mg_model_options* options, int32_t streams);
MG_API mg_status mg_model_options_set_cache_bytes(mg_model_options* options, uint64_t bytes);
MG_API void mg_model_options_free(mg_model_options* options);

typedef struct mg_model mg_model;
/* Reads the configuration and checks every tensor's name, type and shape. The weights of a stage
 * are loaded when it is first needed, or all at once by mg_model_load. */
MG_API mg_status mg_model_open(const mg_model_options* options, mg_model** out);
/* Loads what generating needs. MG_OUT_OF_MEMORY before anything is read when memory will not
 * suffice for the weights and `streams` >= 1 streams of `duration_s`, at most a day. */
MG_API mg_status mg_model_load(mg_model* model, int32_t streams, double duration_s);
MG_API void mg_model_free(mg_model* model);

/* Writes the model of `options` in another layout: where `path` ends in .gguf as one GGUF file;
 * else a Hugging Face directory as AudioCraft's files, and AudioCraft's files or a GGUF file as a
 * Hugging Face directory, into a new or an empty folder. Whole or not at all. The options'
 * precision is that of the weights in the file; auto leaves every tensor as it is; Q8 and Q4 are
 * GGUF's alone. `warnings`, which may be NULL, is what the user should know of the files. */
MG_API mg_status mg_convert(const mg_model_options* options, const char* path,
                            mg_strings** warnings);

MG_API const char* mg_model_path(const mg_model* model);
/* "musicgen", "musicgen_melody", "musicgen_style" */
MG_API const char* mg_model_type(const mg_model* model);
MG_API const char* mg_model_licence(const mg_model* model);    /* "cc-by-nc-4.0", ..., "unknown" */
MG_API const char* mg_model_file_dtype(const mg_model* model); /* most weights': "F16", ... */
MG_API mg_precision mg_model_precision(const mg_model* model); /* what auto became */
MG_API int32_t mg_model_threads(const mg_model* model);
MG_API int64_t mg_model_sample_rate_hz(const mg_model* model);
MG_API int64_t mg_model_frame_rate_hz(const mg_model* model);
MG_API int64_t mg_model_hop_samples(const mg_model* model); /* of one frame */
MG_API int64_t mg_model_audio_channels(const mg_model* model);
MG_API int64_t mg_model_codebooks(const mg_model* model);     /* K */
MG_API int64_t mg_model_codebook_size(const mg_model* model); /* V: codes are in [0, V) */
MG_API double mg_model_max_duration_s(const mg_model* model); /* of a window; longer has several */
/* What requests get that leave it open: of the model's generation_config.json, else 1, 250, 0, 3.
 */
MG_API double mg_model_temperature(const mg_model* model);
MG_API int64_t mg_model_top_k(const mg_model* model);
MG_API double mg_model_top_p(const mg_model* model);
MG_API double mg_model_cfg_coef(const mg_model* model);
/* A style model's settings, for requests that leave them open; 0 of other models. */
MG_API int64_t mg_model_style_codebooks(const mg_model* model); /* that eval_q is at most */
MG_API int64_t mg_model_style_eval_q(const mg_model* model);
MG_API double mg_model_style_excerpt_s(const mg_model* model);
MG_API int64_t mg_model_style_ds_factor(const mg_model* model);
MG_API int64_t mg_model_hidden_size(const mg_model* model);
MG_API int64_t mg_model_layers(const mg_model* model);
MG_API int64_t mg_model_heads(const mg_model* model);
MG_API int64_t mg_model_ffn_dim(const mg_model* model);
MG_API int64_t mg_model_text_width(const mg_model* model);
MG_API int64_t mg_model_text_layers(const mg_model* model);
MG_API int64_t mg_model_text_vocabulary(const mg_model* model);
MG_API uint64_t mg_model_lm_parameters(const mg_model* model);
MG_API uint64_t mg_model_text_parameters(const mg_model* model);
MG_API uint64_t mg_model_codec_parameters(const mg_model* model);
/* Bytes of the weights and of the keys and values of one guided stream as long as a window, at a
 * precision that is not auto. Either result may be NULL. */
MG_API mg_status mg_model_memory_need(const mg_model* model, mg_precision precision,
                                      uint64_t* weights_bytes, uint64_t* cache_bytes_per_stream);
/* The adapters that are merged into the weights. */
MG_API size_t mg_model_lora_count(const mg_model* model);
MG_API const char* mg_model_lora_path(const mg_model* model, size_t index);
MG_API double mg_model_lora_strength(const mg_model* model, size_t index);
/* What the user should know of the files. */
MG_API size_t mg_model_warning_count(const mg_model* model);
MG_API const char* mg_model_warning(const mg_model* model, size_t index);

/* Token ids with the end token, as the text encoder receives them: the first `capacity` of them
 * into `ids`, which may be NULL with capacity 0, and into `count` how many there are. */
MG_API mg_status mg_model_tokenize(mg_model* model, const char* text, int32_t* ids, size_t capacity,
                                   size_t* count);
/* Sound of any rate and channels to codes [K, T]. */
MG_API mg_status mg_model_encode(mg_model* model, const mg_waveform* audio, mg_codes** out);
/* Codes [K, T] to sound [C, hop * T]. */
MG_API mg_status mg_model_decode(mg_model* model, const mg_codes* codes, mg_waveform** out);

/* ---- requests ---- */

/* What to make. The parameters are AudioCraft's, checked when the request is used. Seed: the same
 * model, precision, seed and request give the same codes, on any number of threads, in any company,
 * streamed or not. */
typedef struct mg_request mg_request;
MG_API mg_status mg_request_new(mg_request** out);
/* NULL, the default: unconditional. */
MG_API mg_status mg_request_set_prompt(mg_request* request, const char* prompt);
/* Of any rate and channels; melody models only. NULL, the default: none. */
MG_API mg_status mg_request_set_melody(mg_request* request, const mg_waveform* melody);
/* Whether drums and bass are taken out of the melody first, as AudioCraft does with HT-Demucs.
 * Default MG_STEMS_AUTO. */
MG_API mg_status mg_request_set_stems(mg_request* request, mg_stems_use stems);
/* A sound whose style is followed, of any rate and channels; style models only. NULL, the default:
 * none. */
MG_API mg_status mg_request_set_style(mg_request* request, const mg_waveform* style);
/* How: how many codebooks of the bottleneck count, more follow the sound more closely; so many
 * seconds of it are heard, at most 30, all of a shorter one; where these begin, else they are its
 * middle; of so many frames, 75 a second, one vector. Not set: the model's. */
MG_API mg_status mg_request_set_style_eval_q(mg_request* request, int64_t eval_q);
MG_API mg_status mg_request_set_style_excerpt_s(mg_request* request, double seconds);
MG_API mg_status mg_request_set_style_start_s(mg_request* request, double seconds);
MG_API mg_status mg_request_set_style_ds_factor(mg_request* request, int64_t ds_factor);
/* What is continued, of any rate and channels; the duration counts it. NULL, the default: none. */
MG_API mg_status mg_request_set_audio_prompt(mg_request* request, const mg_waveform* prompt);
/* Of the whole result. Default 10. */
MG_API mg_status mg_request_set_duration_s(mg_request* request, double seconds);
/* A duration until it is cancelled, in windows, with memory that does not grow. */
MG_API mg_status mg_request_set_endless(mg_request* request);
/* Default 1; 0: the most probable code. */
MG_API mg_status mg_request_set_use_sampling(mg_request* request, int32_t use_sampling);
/* Default 1.0; 0 means the most probable code, too. */
MG_API mg_status mg_request_set_temperature(mg_request* request, double temperature);
/* Default 250; 0: no limit. */
MG_API mg_status mg_request_set_top_k(mg_request* request, int64_t top_k);
/* Default 0; above: nucleus sampling, and top_k is ignored. */
MG_API mg_status mg_request_set_top_p(mg_request* request, double top_p);
/* Default 3.0; 1: no guidance. */
MG_API mg_status mg_request_set_cfg_coef(mg_request* request, double cfg_coef);
/* Double guidance: the weight of the text beside a style or melody, inside that of cfg_coef. With
 * both, logits = null + cfg_coef * (sound + beta * (text and sound - sound) - null); with text
 * alone cfg_coef becomes cfg_coef * beta. Set, it makes two_step_cfg count for nothing. Not set: 5
 * for text and style without two_step_cfg, 1 for all others, which is no double guidance. */
MG_API mg_status mg_request_set_cfg_coef_beta(mg_request* request, double beta);
/* Default 0. */
MG_API mg_status mg_request_set_two_step_cfg(mg_request* request, int32_t two_step_cfg);
/* Longer pieces are made in windows of max_duration_s (default: the model's own, 30 for the
 * published ones); each begins extend_stride_s after the one before (default 18, or 0.6 of a window
 * that is not longer). */
MG_API mg_status mg_request_set_max_duration_s(mg_request* request, double seconds);
MG_API mg_status mg_request_set_extend_stride_s(mg_request* request, double seconds);
/* Default 0. */
MG_API mg_status mg_request_set_seed(mg_request* request, uint64_t seed);
/* Counts the results of one request that share a seed. Default 0. */
MG_API mg_status mg_request_set_take(mg_request* request, uint32_t take);
MG_API void mg_request_free(mg_request* request);

/* What a sound file says about its making, as JSON for mg_encoding_set_comment: enough to make it
 * again, and neither time nor host. A prompt too long for a comment loses its end, and the comment
 * says so (prompt_is_cut). */
MG_API mg_status mg_provenance(const mg_model* model, const mg_request* request, mg_bytes** out);
/* What separates the stems of the request's melody, "htdemucs 955717e8", or "none"; "" without a
 * melody. Fails where they are to be separated and no weights are found. */
MG_API mg_status mg_model_stems(const mg_model* model, const mg_request* request, mg_bytes** out);

/* ---- generating a batch ---- */

enum { MG_CONTINUE = 0, MG_STOP = 1 }; /* what callbacks return */
/* The model calls made so far and to be made, of all requests together. */
typedef int32_t (*mg_progress_callback)(int64_t steps_done, int64_t steps_total, void* user);
/* Sound while it is made: `values` [channels, samples], valid during the call, of request `index`
 * follow those before. All chunks together are the result's audio, bit for bit. */
typedef int32_t (*mg_audio_callback)(size_t index, const float* values, int64_t channels,
                                     int64_t samples, void* user);

typedef struct mg_generate_options mg_generate_options;
MG_API mg_status mg_generate_options_new(mg_generate_options** out);
/* 0: results hold codes alone. Default 1. */
MG_API mg_status mg_generate_options_set_decode_audio(mg_generate_options* options,
                                                      int32_t decode_audio);
MG_API mg_status mg_generate_options_set_progress(mg_generate_options* options,
                                                  mg_progress_callback callback, void* user);
MG_API mg_status mg_generate_options_set_audio(mg_generate_options* options,
                                               mg_audio_callback callback, void* user);
MG_API void mg_generate_options_free(mg_generate_options* options);

typedef struct mg_results mg_results;
/* Generates a batch; each request gets what it would get alone. `options` may be NULL. When a
 * callback stops it, MG_CANCELLED, and `out` holds what was made so far all the same. A request
 * that fails ends the call with its error. */
MG_API mg_status mg_model_generate(mg_model* model, const mg_request* const* requests, size_t count,
                                   const mg_generate_options* options, mg_results** out);
MG_API size_t mg_results_count(const mg_results* results);
/* 1 where the request was made to its end, 0 where it was stopped. */
MG_API int32_t mg_results_is_complete(const mg_results* results, size_t index);
/* [K, T]; of a stopped request the frames made so far, maybe none. */
MG_API mg_status mg_results_codes(const mg_results* results, size_t index, mg_codes** out);
/* [C, hop * T], not normalised, may exceed +-1. No samples where no audio was asked for and of a
 * stopped request, whose codes mg_model_decode turns into sound. */
MG_API mg_status mg_results_audio(const mg_results* results, size_t index, mg_waveform** out);
MG_API void mg_results_free(mg_results* results);

/* ---- sessions: requests that come and go ---- */

/* Requests of one caller. All requests of a model, whatever session or call they came through,
 * share each pass over its weights, and none touches what another receives. Submitting, cancelling
 * and steering return at once; work is done inside mg_session_step, by one thread at a time. */
typedef struct mg_session mg_session;
MG_API mg_status mg_session_new(mg_model* model, mg_session** out);
/* Cancels what is left. */
MG_API void mg_session_free(mg_session* session);

/* Flags of a submission. */
enum {
  MG_SUBMIT_STREAM_AUDIO = 1, /* sound events, the first as soon as a player can begin */
  MG_SUBMIT_NO_AUDIO = 2,     /* the result holds codes alone; one without end always does so */
  MG_SUBMIT_NO_PROGRESS = 4   /* no progress events */
};
/* `id`, which may be NULL, counts the requests of a model from 1. */
MG_API mg_status mg_session_submit(mg_session* session, const mg_request* request, uint32_t flags,
                                   uint64_t* id);
/* As one batch: where a reference was asked for by name, padding makes the samples depend on one
 * another as there. Else the same as one by one. All or none are taken. `ids` [count] may be
 * NULL. */
MG_API mg_status mg_session_submit_batch(mg_session* session, const mg_request* const* requests,
                                         size_t count, uint32_t flags, uint64_t* ids);
/* The request ends at the next step. One that has ended or is not known is left alone. */
MG_API mg_status mg_session_cancel(mg_session* session, uint64_t id);
/* The request makes no steps from `at_step` (from 0) on, until it is held at a later one, or at -1:
 * at none. What it makes is the same. A player that holds its request a few seconds ahead of what
 * is heard is heard soon when it steers. One that has ended or is not known is left alone. */
MG_API mg_status mg_session_hold(mg_session* session, uint64_t id, int64_t at_step);

/* What a running request may change. What is not set stays. */
typedef struct mg_steering mg_steering;
MG_API mg_status mg_steering_new(mg_steering** out);
MG_API mg_status mg_steering_set_prompt(mg_steering* steering, const char* prompt);
MG_API mg_status mg_steering_set_cfg_coef(mg_steering* steering, double cfg_coef);
MG_API mg_status mg_steering_set_temperature(mg_steering* steering, double temperature);
MG_API mg_status mg_steering_set_top_k(mg_steering* steering, int64_t top_k);
MG_API mg_status mg_steering_set_top_p(mg_steering* steering, double top_p);
/* Before which of the request's steps (the first is 0) it takes effect; one that has passed means
 * the next. Not set: the next when the prompt has gone through the text encoder, while the music
 * goes on. Set: exactly there, and if need be the request waits. Models that are conditioned in
 * front of the codes (melody models) follow a new prompt from their next window on. */
MG_API mg_status mg_steering_set_at_step(mg_steering* steering, int64_t step);
MG_API void mg_steering_free(mg_steering* steering);
/* Steerings of one request take effect in the order of their steps. One that has ended or is not
 * known is left alone. */
MG_API mg_status mg_session_steer(mg_session* session, uint64_t id, const mg_steering* steering);

typedef int32_t mg_event_kind;
enum {
  MG_EVENT_NONE = 0,      /* no such event: what the getter says of a bad handle or index */
  MG_EVENT_DEFERRED = 1,  /* no room yet beside the running requests: it will begin later */
  MG_EVENT_SOUND = 2,     /* mg_events_audio follows the sound before */
  MG_EVENT_PROGRESS = 3,  /* mg_events_steps_done, mg_events_steps_total */
  MG_EVENT_STEERED = 4,   /* mg_events_steered_step */
  MG_EVENT_DONE = 5,      /* mg_events_codes, mg_events_audio; the last event of a request */
  MG_EVENT_CANCELLED = 6, /* mg_events_codes: what was made, as far as it is kept; the last */
  MG_EVENT_FAILED = 7     /* mg_events_error, of this request alone; the last */
};
typedef struct mg_events mg_events;
/* Works until there is something to tell, one step of all running requests at the most; `out`
 * receives what happened to this session's requests, maybe nothing. `is_running`, which may be
 * NULL, becomes 0 when none of its requests is left. Faults of requests are events. MG_BAD_INPUT
 * when another thread steps the session. */
MG_API mg_status mg_session_step(mg_session* session, mg_events** out, int32_t* is_running);
MG_API size_t mg_events_count(const mg_events* events);
MG_API mg_event_kind mg_events_kind(const mg_events* events, size_t index);
MG_API uint64_t mg_events_request(const mg_events* events, size_t index); /* the id */
MG_API int64_t mg_events_steps_done(const mg_events* events, size_t index);
MG_API int64_t mg_events_steps_total(const mg_events* events, size_t index); /* 0: without end */
/* The step from which the steering holds; -1: never, since no window is to come. */
MG_API int64_t mg_events_steered_step(const mg_events* events, size_t index);
MG_API mg_status mg_events_audio(const mg_events* events, size_t index, mg_waveform** out);
MG_API mg_status mg_events_codes(const mg_events* events, size_t index, mg_codes** out);
/* The status of a failed request, and its sentence; MG_OK and "" of other events. */
MG_API mg_status mg_events_error(const mg_events* events, size_t index);
MG_API const char* mg_events_error_message(const mg_events* events, size_t index);
MG_API void mg_events_free(mg_events* events);

/* ---- scoring ---- */

/* A teacher-forced pass over given codes: position t of codebook k holds the prediction of code
 * (k, t). */
typedef struct mg_score mg_score;
/* Prompt, melody, style and their guidance of the request matter. 1 for `keep_logits`: the logits
 * stay. */
MG_API mg_status mg_model_score(mg_model* model, const mg_request* request, const mg_codes* codes,
                                int32_t keep_logits, mg_score** out);
MG_API int64_t mg_score_codebooks(const mg_score* score);     /* K */
MG_API int64_t mg_score_frames(const mg_score* score);        /* T */
MG_API int64_t mg_score_codebook_size(const mg_score* score); /* V */
/* [K], nats, of the conditional prediction, averaged over the frames. */
MG_API const double* mg_score_cross_entropy(const mg_score* score);
/* [K, T, V]; NULL where no logits were kept. */
MG_API const float* mg_score_conditional(const mg_score* score);
MG_API const float* mg_score_unconditional(const mg_score* score);
MG_API const float* mg_score_guided(const mg_score* score);
/* Of the style or melody without the text; NULL where there is neither. */
MG_API const float* mg_score_style(const mg_score* score);
MG_API void mg_score_free(mg_score* score);
/* safetensors with `conditional`, `unconditional` and `guided`, F32 [K, T, V]. */
MG_API mg_status mg_logits_write(const char* path, const float* conditional,
                                 const float* unconditional, const float* guided, int64_t codebooks,
                                 int64_t frames, int64_t codebook_size);
/* The same with `style`. */
MG_API mg_status mg_logits_write_with_style(const char* path, const float* conditional,
                                            const float* style, const float* unconditional,
                                            const float* guided, int64_t codebooks, int64_t frames,
                                            int64_t codebook_size);

/* ---- styles ---- */

/* What a style model makes of a sound: codes of its bottleneck, and the vectors that stand in front
 * of the text and the codes. */
typedef struct mg_style mg_style;
/* Of the request's style, taken as the request says. */
MG_API mg_status mg_model_style(mg_model* model, const mg_request* request, mg_style** out);
MG_API mg_status mg_style_codes(const mg_style* style, mg_codes** out); /* [eval_q, S] */
MG_API int64_t mg_style_vectors(const mg_style* style);                 /* S */
MG_API int64_t mg_style_width(const mg_style* style);                   /* D, the model's */
MG_API const float* mg_style_condition(const mg_style* style);          /* [S, D] */
/* safetensors with `codes`, I64 [eval_q, S], and `condition`, F32 [S, D]. */
MG_API mg_status mg_style_write(const char* path, const mg_codes* codes, const float* condition,
                                int64_t vectors, int64_t width);
MG_API void mg_style_free(mg_style* style);

/* ---- stems: a recording taken apart ---- */

/* HT-Demucs, loaded once and shared by threads, whose calls take turns. */
typedef struct mg_separator mg_separator;
/* `path`: its weights (.th, .safetensors, htdemucs.yaml) or a folder that holds them; NULL: as they
 * lie in the caches of Hugging Face and of torch. MG_BAD_INPUT where there are none. `threads` 0:
 * one for each processor. */
MG_API mg_status mg_separator_open(const char* path, int32_t threads, mg_separator** out);
MG_API const char* mg_separator_name(const mg_separator* separator); /* "htdemucs 955717e8" */
MG_API size_t mg_separator_stem_count(const mg_separator* separator);
/* drums, bass, other, vocals */
MG_API const char* mg_separator_stem_name(const mg_separator* separator, size_t index);
MG_API int64_t mg_separator_sample_rate_hz(const mg_separator* separator);

typedef struct mg_separation mg_separation;
/* The stems of a sound of any rate and channels, in stereo at the separator's rate, at the level
 * they have in it and not rescaled: they may exceed +-1. `stem`: NULL for every stem, or the name
 * of one, which then is the first and "no_" + name, the sum of the others, the second. `shifts`:
 * the mean over so many positions of the network's segments, which costs as many times; 0 as 1.
 * `progress`, which may be NULL, is told of segments; where it stops the work, MG_CANCELLED. The
 * same bits for every number of threads. */
MG_API mg_status mg_separator_run(mg_separator* separator, const mg_waveform* sound,
                                  const char* stem, int64_t shifts, mg_progress_callback progress,
                                  void* user, mg_separation** out);
MG_API void mg_separator_free(mg_separator* separator);
MG_API size_t mg_separation_count(const mg_separation* stems);
MG_API const char* mg_separation_name(const mg_separation* stems, size_t index);
MG_API mg_status mg_separation_audio(const mg_separation* stems, size_t index, mg_waveform** out);
MG_API void mg_separation_free(mg_separation* stems);

/* ---- models from the Hugging Face hub ---- */

/* Most repositories hold the same weights in several forms, of which one is taken. */
typedef int32_t mg_download_format;
enum {
  MG_DOWNLOAD_AUTO = 0,
  MG_DOWNLOAD_SAFETENSORS = 1,
  MG_DOWNLOAD_AUDIOCRAFT = 2,
  MG_DOWNLOAD_GGUF = 3
};
typedef int32_t mg_download_role;
enum {
  MG_DOWNLOAD_MODEL = 0,
  MG_DOWNLOAD_TEXT_ENCODER = 1,
  MG_DOWNLOAD_CODEC = 2,
  MG_DOWNLOAD_LORA = 3,
  MG_DOWNLOAD_STYLE_ENCODER = 4,
  MG_DOWNLOAD_DEMUCS = 5 /* what separates stems; a name of "": adefossez/HTDemucs, unless it is
                          * in a cache, torch's included */
};

typedef struct mg_download_options mg_download_options;
/* "org/name[@revision]", a short name, or what is on this machine already. */
MG_API mg_status mg_download_options_new(const char* model, mg_download_options** out);
/* Branch, tag or commit; NULL: what the name says, else main. */
MG_API mg_status mg_download_options_set_revision(mg_download_options* options,
                                                  const char* revision);
MG_API mg_status mg_download_options_set_role(mg_download_options* options, mg_download_role role);
MG_API mg_status mg_download_options_set_format(mg_download_options* options,
                                                mg_download_format format);
/* Of GGUF files. */
MG_API mg_status mg_download_options_set_precision(mg_download_options* options,
                                                   mg_precision precision);
/* Once there is a pattern (* and ?), the files that match one are taken and no others. */
MG_API mg_status mg_download_options_add_include(mg_download_options* options, const char* pattern);
/* A T5, an EnCodec and a MERT that are there, so that the model's own need not come along. */
MG_API mg_status mg_download_options_set_text_encoder(mg_download_options* options,
                                                      const char* name);
MG_API mg_status mg_download_options_set_codec(mg_download_options* options, const char* name);
MG_API mg_status mg_download_options_set_style_encoder(mg_download_options* options,
                                                       const char* name);
/* 1: a style will be given: of a style model that is here, the MERT that hears it is wanted too.
 * One that is downloaded brings it in any case. Default 0. */
MG_API mg_status mg_download_options_set_style(mg_download_options* options, int32_t style);
/* 1: a melody's stems will be separated: of a melody model, HT-Demucs is wanted too, unless it is
 * beside the model or in a cache. Default 0. */
MG_API mg_status mg_download_options_set_stems(mg_download_options* options, int32_t stems);
/* 1: ask for the revision's newest commit although a whole model is here. Default 0. */
MG_API mg_status mg_download_options_set_refresh(mg_download_options* options, int32_t refresh);
/* 1: no requests, as HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE say. Default 0. */
MG_API mg_status mg_download_options_set_offline(mg_download_options* options, int32_t offline);
MG_API void mg_download_options_free(mg_download_options* options);

/* A download so far, or complete. */
typedef struct mg_download mg_download;
/* About ten times a second, from the thread of mg_download_run. `now` lives during the call.
 * MG_STOP ends the download; what came is kept, and the next one goes on from there. */
typedef int32_t (*mg_download_callback)(const mg_download* now, void* user);

/* Downloads what is missing of a model into the hub's cache on this machine, with the T5 and the
 * codec that AudioCraft's files name. What is whole causes no request, unless refresh is set. Sizes
 * and hashes are checked; a download that was broken off, also by killing the process, goes on
 * where it was. Where the hub is out of order and the cache holds a snapshot, that is taken, with a
 * warning. MG_BAD_INPUT for models that are not there, private or gated, for a form the repository
 * does not have, and offline; MG_FAILURE for the network, a full disk and wrong hashes;
 * MG_CANCELLED where the callback stopped it. `progress` may be NULL. */
MG_API mg_status mg_download_run(const mg_download_options* options, mg_download_callback progress,
                                 void* user, mg_download** out);
/* Of the model, for mg_model_options_new; "" before the end. */
MG_API const char* mg_download_path(const mg_download* download);
MG_API uint64_t mg_download_bytes_done(const mg_download* download); /* earlier downloads' too */
MG_API uint64_t mg_download_bytes_total(const mg_download* download);
MG_API int32_t mg_download_waiting_s(const mg_download* download); /* as the hub asked; 0: none */
/* The model's repository and those of stages that its files only name, once they are known; of a
 * complete download those that were asked for: none where all was here. */
MG_API size_t mg_download_repository_count(const mg_download* download);
MG_API const char* mg_download_repository_id(const mg_download* download, size_t index);
MG_API const char* mg_download_repository_commit(const mg_download* download, size_t index);
/* The folder of its files, or its GGUF file. */
MG_API const char* mg_download_repository_path(const mg_download* download, size_t index);
MG_API const char* mg_download_repository_licence(const mg_download* download, size_t index);
MG_API uint64_t mg_download_repository_bytes(const mg_download* download, size_t index);
MG_API size_t mg_download_repository_files(const mg_download* download, size_t index);
MG_API size_t mg_download_warning_count(const mg_download* download);
MG_API const char* mg_download_warning(const mg_download* download, size_t index);
MG_API void mg_download_free(mg_download* download);

#ifdef __cplusplus
}
#endif

#endif /* MUSICGEN_MUSICGEN_H_ */
