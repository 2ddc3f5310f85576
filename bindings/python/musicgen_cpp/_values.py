"""Sounds and codes, between numpy and the C library. Every direction copies."""

from __future__ import annotations

import ctypes
from typing import Tuple

import numpy as np

from ._errors import BadInputError
from ._library import Handle, library


def waveform(values: np.ndarray, sample_rate_hz: int) -> Handle:
    """A sound of float samples [C, N]."""
    values = np.ascontiguousarray(values, dtype=np.float32)
    channels, samples = values.shape
    pointer = values.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
    return Handle.made("mg_waveform", "mg_waveform_new", pointer, int(sample_rate_hz), channels, samples)


def samples_of(wave: Handle) -> np.ndarray:
    """The samples [C, N] of a sound."""
    lib = library()
    shape = (lib.mg_waveform_channels(wave), lib.mg_waveform_samples(wave))
    if 0 in shape:
        return np.zeros(shape, np.float32)
    return np.ctypeslib.as_array(lib.mg_waveform_data(wave), shape).copy()


def sound_of(wave: Handle) -> Tuple[np.ndarray, int]:
    """The samples [C, N] of a sound, and its rate in Hz."""
    return samples_of(wave), library().mg_waveform_sample_rate_hz(wave)


def codes(values: np.ndarray) -> Handle:
    """Codes [K, T], whole numbers."""
    if not np.issubdtype(values.dtype, np.integer) or np.abs(values).max(initial=0) > np.iinfo(np.int32).max:
        raise BadInputError("expected codes that are whole numbers of 32 bits, found "
                            f"{values.dtype} up to {values.max(initial=0)}")
    values = np.ascontiguousarray(values, dtype=np.int32)
    pointer = values.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))
    return Handle.made("mg_codes", "mg_codes_new", pointer, *values.shape)


def codes_of(handle: Handle) -> np.ndarray:
    """The int64 codes [K, T], as tokens are in PyTorch."""
    lib = library()
    shape = (lib.mg_codes_codebooks(handle), lib.mg_codes_frames(handle))
    if 0 in shape:
        return np.zeros(shape, np.int64)
    return np.ctypeslib.as_array(lib.mg_codes_data(handle), shape).astype(np.int64)


def bytes_of(handle: Handle) -> bytes:
    lib = library()
    return ctypes.string_at(lib.mg_bytes_data(handle), lib.mg_bytes_size(handle))
