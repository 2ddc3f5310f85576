"""`import musicgen.compat.audiocraft` lets a script written for AudioCraft run unchanged.

Where audiocraft is not installed, its names come to mean this package: audiocraft.models, .models.musicgen,
.data.audio, .data.audio_utils and .utils.notebook. Where it is installed, nothing happens.
"""

from __future__ import annotations

import importlib.util
import sys
import types

from .. import data, models, utils
from ..data import audio, audio_utils
from ..models import multibanddiffusion, musicgen
from ..utils import notebook

__all__ = ["installed"]


def _put_in_place() -> bool:
    """False where the real audiocraft is there."""
    theirs = sys.modules.get("audiocraft")
    if theirs is not None:
        return hasattr(theirs, "__musicgen_cpp__")
    if importlib.util.find_spec("audiocraft") is not None:
        return False
    package = types.ModuleType("audiocraft", "AudioCraft's names for musicgen-cpp.")
    package.__path__ = []  # a package, of the modules below and no others
    package.__dict__.update(__musicgen_cpp__=True, models=models, data=data, utils=utils)
    sys.modules.update({
        "audiocraft": package,
        "audiocraft.models": models,
        "audiocraft.models.musicgen": musicgen,
        "audiocraft.models.multibanddiffusion": multibanddiffusion,
        "audiocraft.data": data,
        "audiocraft.data.audio": audio,
        "audiocraft.data.audio_utils": audio_utils,
        "audiocraft.utils": utils,
        "audiocraft.utils.notebook": notebook,
    })
    return True


installed = _put_in_place()
