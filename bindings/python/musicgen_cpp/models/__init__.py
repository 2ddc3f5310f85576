"""Models, by AudioCraft's names."""

from .compression import CompressionModel
from .multibanddiffusion import MultiBandDiffusion
from .musicgen import MusicGen

__all__ = ["CompressionModel", "MultiBandDiffusion", "MusicGen"]
