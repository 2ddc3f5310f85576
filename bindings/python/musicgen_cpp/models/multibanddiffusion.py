"""A name that AudioCraft's notebooks import whether they use it or not."""

from __future__ import annotations

from typing import Any

from .._errors import UnsupportedError

__all__ = ["MultiBandDiffusion"]


class MultiBandDiffusion:
    """Meta's diffusion decoder. Not part of this package: using it raises UnsupportedError."""

    def __init__(self, *_: Any, **__: Any):
        raise UnsupportedError("MultiBandDiffusion is not part of musicgen-cpp: sound comes from the EnCodec "
                               "decoder (USE_DIFFUSION_DECODER = False in AudioCraft's notebook)")

    @classmethod
    def get_mbd_musicgen(cls, *_: Any, **__: Any) -> MultiBandDiffusion:
        return cls()

    @classmethod
    def get_mbd_24khz(cls, *_: Any, **__: Any) -> MultiBandDiffusion:
        return cls()
