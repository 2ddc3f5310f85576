"""MusicGen in Python: text, a melody or a piece of sound in, music out.

    from musicgen.models import MusicGen
    from musicgen.data.audio import audio_write

    model = MusicGen.get_pretrained('facebook/musicgen-small')
    model.set_generation_params(duration=8)
    wav = model.generate(['happy rock', 'energetic EDM', 'sad jazz'])      # [3, C, N]
    for idx, one_wav in enumerate(wav):
        audio_write(f'{idx}', one_wav.cpu(), model.sample_rate, strategy="loudness")

The names are AudioCraft's. Importable as `musicgen` and as `musicgen_cpp`. Needs numpy alone.
"""

from . import data, models, separation, utils
from ._array import Array
from ._errors import BadInputError, CancelledError, Error, OutOfMemoryError, UnsupportedError
from ._library import version
from .models import MusicGen
from .pipelines import pipeline
from .separation import Separator, separate
from .session import Event, Session

__all__ = ["Array", "BadInputError", "CancelledError", "Error", "Event", "MusicGen", "OutOfMemoryError", "Separator",
           "Session", "UnsupportedError", "data", "models", "pipeline", "separate", "separation", "utils", "version"]


def __getattr__(name: str):
    """`__version__`, asked of the library, which is loaded when it is first needed."""
    if name == "__version__":
        return version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
