"""Players in a notebook, by AudioCraft's name."""

from __future__ import annotations

from typing import Any

from .. import _array

__all__ = ["display_audio"]


def display_audio(samples: Any, sample_rate: int) -> None:
    """Shows a player for each sound of `samples`, [B, C, N] or [C, N], at `sample_rate` Hz. Needs IPython."""
    values = _array.to_numpy(samples)
    assert values.ndim in (2, 3), f"expected samples [B, C, N] or [C, N], found {values.ndim} dimensions"
    try:
        from IPython.display import Audio, display
    except ImportError:
        raise ImportError("display_audio needs IPython, which is not installed: pip install ipython") from None
    for sound in values if values.ndim == 3 else values[None]:
        display(Audio(sound, rate=sample_rate))
