"""Reading, writing and converting sound, by AudioCraft's names."""

from . import audio, audio_utils

__all__ = ["audio", "audio_utils"]
