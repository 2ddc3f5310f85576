"""Sound files, by AudioCraft's names. The library itself reads and writes them; ffmpeg only adds kinds to read."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Tuple, Union

import numpy as np

from .. import _array, _values
from .._errors import BadInputError
from .._library import Handle, call, path_bytes
from .._prototypes import FORMATS
from .audio_utils import normalize_audio

__all__ = ["AudioFileInfo", "audio_info", "audio_read", "audio_write"]

PathLike = Union[str, "os.PathLike[str]"]


@dataclass(frozen=True)
class AudioFileInfo:
    sample_rate: int  # Hz
    duration: float   # seconds
    channels: int


def audio_info(filepath: PathLike) -> AudioFileInfo:
    """What a sound file holds. It is decoded once, so the duration is exact also of an MP3."""
    rate, channels, samples = ctypes.c_int64(), ctypes.c_int64(), ctypes.c_int64()
    call("mg_sound_info_read", path_bytes(filepath), ctypes.byref(rate), ctypes.byref(channels),
         ctypes.byref(samples))
    return AudioFileInfo(rate.value, samples.value / rate.value, channels.value)


def audio_read(filepath: PathLike, seek_time: float = 0., duration: float = -1.,
               pad: bool = False) -> Tuple[Any, int]:
    """The sound of a file, [C, N] float samples, and its sample rate in Hz.

    WAV (RF64, Wave64), AIFF, AU, CAF, FLAC, Ogg (Vorbis, Opus, FLAC) or MP3, whatever the suffix says; with
    FFmpeg's libraries also M4A, MP4, WebM and others.
    From `seek_time` seconds on, at most `duration` seconds (0 or less: to the end, at most ten
    minutes); `pad` fills up with zeros. No samples where the file is shorter than `seek_time`.
    """
    duration = max(float(duration), 0.0)
    try:
        wave = Handle.made("mg_waveform", "mg_waveform_read", path_bytes(filepath), float(seek_time), duration)
        values, rate = _values.sound_of(wave)
    except BadInputError:
        info = audio_info(filepath)
        if int(seek_time * info.sample_rate) < info.duration * info.sample_rate:
            raise
        values, rate = np.zeros((info.channels, 0), np.float32), info.sample_rate
    if pad and duration > 0:
        missing = int(duration * rate) - values.shape[-1]
        values = np.pad(values, ((0, 0), (0, max(missing, 0))))
    return _array.result_of(values), rate


_av_read = audio_read  # AudioCraft's reader behind it


def audio_write(stem_name: PathLike, wav: Any, sample_rate: int, format: str = "wav", mp3_rate: int = 320,
                ogg_rate: Optional[int] = None, normalize: bool = True, strategy: str = "peak",
                peak_clip_headroom_db: float = 1, rms_headroom_db: float = 18, loudness_headroom_db: float = 14,
                loudness_compressor: bool = False, log_clipping: bool = True, make_parent_dir: bool = True,
                add_suffix: bool = True) -> Path:
    """Writes sound [C, N] or [N] (floats) to a file, and returns its path. Whole or not at all.

    `format`: "wav" (16 bits), "mp3" (at `mp3_rate` kbit/s, or the nearest it has at the sample rate),
    "ogg" (Vorbis, near `ogg_rate` kbit/s), "flac" or "opus". The suffix is added to `stem_name`
    unless `add_suffix` is false. The level: see `musicgen.data.audio_utils.normalize_audio`.
    """
    values = _array.to_numpy(wav)
    assert np.issubdtype(values.dtype, np.floating), "wav is not floating point"
    if values.ndim == 1:
        values = values[None]
    elif values.ndim != 2:
        raise ValueError("Input wav should be at most 2 dimension.")
    assert np.isfinite(values).all(), "wav holds samples that are not finite"
    values = normalize_audio(values, normalize, strategy, peak_clip_headroom_db, rms_headroom_db,
                             loudness_headroom_db, loudness_compressor, log_clipping=log_clipping,
                             sample_rate=sample_rate, stem_name=str(stem_name))
    if format not in FORMATS:
        raise RuntimeError(f"Invalid format {format}. Only {', '.join(FORMATS)} are supported.")
    encoding = Handle.made("mg_encoding", "mg_encoding_new", FORMATS[format])
    kbps = {"mp3": mp3_rate, "ogg": ogg_rate}.get(format)
    if kbps is not None:
        call("mg_encoding_set_bitrate_kbps", encoding, int(kbps))
    data = Handle.made("mg_bytes", "mg_encode_audio", _values.waveform(values, sample_rate), encoding)

    path = Path(os.fspath(stem_name) + (f".{format}" if add_suffix else ""))
    if make_parent_dir:
        path.parent.mkdir(exist_ok=True, parents=True)
    content = _values.bytes_of(data)
    call("mg_write_file", path_bytes(path), content, len(content))
    return path
