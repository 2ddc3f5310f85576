"""Rates, channels, levels and sample formats of sound, by AudioCraft's names.

Each function takes tensors, Arrays or numpy arrays, and gives back the kind it was given.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Optional

import numpy as np

from .. import _array, _values
from .._library import Handle, call
from .._prototypes import STRATEGY_LOUDNESS

__all__ = ["convert_audio", "convert_audio_channels", "normalize_audio", "normalize_loudness", "clip_wav",
           "f32_pcm", "i16_pcm"]


def convert_audio_channels(wav: Any, channels: int = 2) -> Any:
    """Sound [..., C, N] with another number of channels: to one their mean, one repeated, of many the first.

    ValueError when several channels should become more.
    """
    values = _array.to_numpy(wav)
    have = values.shape[-2]
    if have == channels:
        return wav
    if channels == 1:
        values = values.mean(axis=-2, keepdims=True)
    elif have == 1:
        values = np.repeat(values, channels, axis=-2)
    elif have > channels:
        values = values[..., :channels, :]
    else:
        raise ValueError(f"expected one channel, or at least the {channels} that are wanted, found {have}")
    return _array.like(values, wav)


def convert_audio(wav: Any, from_rate: float, to_rate: float, to_channels: int) -> Any:
    """Sound [..., C, N] at another sample rate (Hz; resampled as julius does) and number of channels."""
    from_rate, to_rate = int(from_rate), int(to_rate)
    if from_rate != to_rate:
        values = _array.to_numpy(wav)
        flat = values.reshape((-1,) + values.shape[-2:])
        resampled = [_values.samples_of(Handle.made(
            "mg_waveform", "mg_waveform_convert", _values.waveform(item, from_rate), to_rate, 0))
            for item in flat]
        stacked = np.stack(resampled) if resampled else np.zeros((0,) + values.shape[-2:], np.float32)
        wav = _array.like(stacked.reshape(values.shape[:-1] + stacked.shape[-1:]), wav)
    return convert_audio_channels(wav, to_channels)


def clip_wav(wav: Any, log_clipping: bool = False, stem_name: Optional[str] = None) -> None:
    """Clips sound at ±1, in place; on request a line on stderr says how much of it."""
    if log_clipping:
        values = np.abs(_array.to_numpy(wav))
        if values.size and values.max() > 1:
            _log_clipping(stem_name, float((values > 1).mean()), float(values.max()))
    if _array.is_tensor(wav):
        wav.clamp_(-1, 1)
    else:
        plain = _array.to_numpy(wav)
        np.clip(plain, -1, 1, out=plain)


_clip_wav = clip_wav  # AudioCraft's own name for it


def _log_clipping(stem_name: Optional[str], share: float, largest: float) -> None:
    print(f"CLIPPING {stem_name or ''} happening with proba (a bit of clipping is okay):", share,
          "maximum scale: ", largest, file=sys.stderr)


def normalize_loudness(wav: Any, sample_rate: int, loudness_headroom_db: float = 14,
                       loudness_compressor: bool = False) -> Any:
    """Sound [C, N] at −loudness_headroom_db LUFS (ITU-R BS.1770-4), clipped at ±1.

    `loudness_compressor`: tanh behind the gain. A sound whose root mean square is below 0.002 stays
    as it is; one shorter than 0.4 s has no loudness and is scaled by its peak.
    """
    return _normalize_loudness(wav, sample_rate, loudness_headroom_db, loudness_compressor)[0]


def _normalize_loudness(wav: Any, sample_rate: int, headroom_db: float, compressor: bool) -> Any:
    """The sound, and how many of its samples were clipped."""
    how = Handle.made("mg_normalization", "mg_normalization_new", STRATEGY_LOUDNESS)
    call("mg_normalization_set_loudness_headroom_db", how, float(headroom_db))
    call("mg_normalization_set_loudness_compressor", how, bool(compressor))
    result, clipped = Handle("mg_waveform"), ctypes.c_int64()
    call("mg_waveform_normalize", _values.waveform(_array.to_numpy(wav), sample_rate), how, result.out(),
         ctypes.byref(clipped))
    return _array.like(_values.samples_of(result), wav), clipped.value


def normalize_audio(wav: Any, normalize: bool = True, strategy: str = "peak", peak_clip_headroom_db: float = 1,
                    rms_headroom_db: float = 18, loudness_headroom_db: float = 14,
                    loudness_compressor: bool = False, log_clipping: bool = False,
                    sample_rate: Optional[int] = None, stem_name: Optional[str] = None) -> Any:
    """Sound [C, N] at another level.

    `strategy`: "peak" (the largest sample to −peak_clip_headroom_db), "clip" (at the same level),
    "rms" (the root mean square of the channels' mean to −rms_headroom_db, then clipped at ±1),
    "loudness" (see `normalize_loudness`; needs `sample_rate` in Hz), "none" or "" (the sound must lie
    within ±1). `normalize=False`: peak and rms attenuate only. Headrooms are dB.
    """
    values = _array.to_numpy(wav)
    limit = 10 ** (-peak_clip_headroom_db / 20)
    if strategy == "peak":
        return _array.like(_scaled(values, limit, float(np.abs(values).max(initial=0)), normalize), wav)
    if strategy == "clip":
        return _array.like(np.clip(values, -limit, limit), wav)
    if strategy == "rms":
        level = float(np.sqrt(np.mean(np.square(values.mean(axis=0)))))
        # A copy: what was given is not clipped in place.
        scaled = np.array(_scaled(values, 10 ** (-rms_headroom_db / 20), level, normalize))
        clip_wav(scaled, log_clipping=log_clipping, stem_name=stem_name)
        return _array.like(scaled, wav)
    if strategy == "loudness":
        assert sample_rate is not None, "Loudness normalization requires sample rate."
        wav, clipped = _normalize_loudness(wav, sample_rate, loudness_headroom_db, loudness_compressor)
        if log_clipping and clipped:
            print(f"CLIPPING {stem_name or ''} happening with proba (a bit of clipping is okay):",
                  clipped / values.size, file=sys.stderr)
        return wav
    assert np.abs(values).max(initial=0) < 1, "without a strategy the sound must lie within ±1"
    assert strategy in ("", "none"), f"Unexpected strategy: '{strategy}'"
    return wav


def _scaled(values: np.ndarray, wanted: float, level: float, normalize: bool) -> np.ndarray:
    """Silence stays silence."""
    if level > 0 and (normalize or wanted < level):
        return values * np.asarray(wanted / level, dtype=values.dtype)
    return values


def f32_pcm(wav: Any) -> Any:
    """Samples as floats of full scale ±1: floats as they are, int16 and int32 divided by theirs."""
    values = _array.to_numpy(wav)
    if np.issubdtype(values.dtype, np.floating):
        return wav
    if values.dtype in (np.int16, np.int32):
        full_scale = 2.0 ** (8 * values.dtype.itemsize - 1)
        return _array.like(values.astype(np.float32) / np.float32(full_scale), wav)
    raise ValueError(f"Unsupported wav dtype: {values.dtype}")


def i16_pcm(wav: Any) -> Any:
    """Samples as int16. Floats must lie within ±1; if one would become 32768, full scale is 32767."""
    values = _array.to_numpy(wav)
    if not np.issubdtype(values.dtype, np.floating):
        assert values.dtype == np.int16, f"expected floats or int16, found {values.dtype}"
        return wav
    assert np.abs(values).max(initial=0) <= 1, "expected samples within ±1"
    scaled = np.round(values * 2.0 ** 15)
    if scaled.max(initial=0) >= 2 ** 15:
        scaled = np.round(values * (2.0 ** 15 - 1))
    return _array.like(scaled.astype(np.int16), wav)
