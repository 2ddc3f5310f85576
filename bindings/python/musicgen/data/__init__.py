"""See musicgen_cpp.data."""

from . import audio, audio_utils

__all__ = ["audio", "audio_utils"]
