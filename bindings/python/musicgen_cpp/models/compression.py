"""The codec of a model: EnCodec, sound to codes and back."""

from __future__ import annotations

from typing import Any, Optional, Tuple

import numpy as np

from .. import _array, _values
from .._library import Handle, library

__all__ = ["CompressionModel"]


class CompressionModel:
    """`model.compression_model`, with the surface of AudioCraft's."""

    def __init__(self, model: Handle):
        self._model = model

    @property
    def sample_rate(self) -> int:
        """Hz."""
        return library().mg_model_sample_rate_hz(self._model)

    @property
    def frame_rate(self) -> int:
        """Frames of codes per second."""
        return library().mg_model_frame_rate_hz(self._model)

    @property
    def channels(self) -> int:
        """1, or 2 of a stereo model."""
        return library().mg_model_audio_channels(self._model)

    @property
    def num_codebooks(self) -> int:
        """K: 4, or 8 of a stereo model."""
        return library().mg_model_codebooks(self._model)

    total_codebooks = num_codebooks

    @property
    def cardinality(self) -> int:
        """Codes are in [0, cardinality)."""
        return library().mg_model_codebook_size(self._model)

    def encode(self, x: Any) -> Tuple[Any, None]:
        """Sound [B, C, N] at `sample_rate` -> int64 codes [B, K, T], and no scale."""
        values = _array.to_numpy(x)
        if values.ndim != 3:
            raise ValueError(f"expected sound [B, C, N], found {values.ndim} dimensions")
        codes = [_values.codes_of(Handle.made(
            "mg_codes", "mg_model_encode", self._model, _values.waveform(item, self.sample_rate)))
            for item in values]
        return _array.result_of(_stacked(codes, (self.num_codebooks, 0))), None

    def decode(self, codes: Any, scale: Optional[Any] = None) -> Any:
        """Codes [B, K, T] -> sound [B, C, N] at `sample_rate`; `scale` must be None."""
        assert scale is None, "expected no scale: the codecs of MusicGen do not renormalize"
        values = _array.to_numpy(codes)
        if values.ndim != 3:
            raise ValueError(f"expected codes [B, K, T], found {values.ndim} dimensions")
        sounds = [_values.samples_of(Handle.made(
            "mg_waveform", "mg_model_decode", self._model, _values.codes(item))) for item in values]
        return _array.result_of(_stacked(sounds, (self.channels, 0), np.float32))

    def eval(self) -> CompressionModel:
        return self

    def to(self, *_: Any, **__: Any) -> CompressionModel:
        return self


def _stacked(items: list, empty: Tuple[int, ...], dtype: Any = np.int64) -> np.ndarray:
    return np.stack(items) if items else np.zeros((0,) + empty, dtype)
