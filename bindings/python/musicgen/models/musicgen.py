"""See musicgen_cpp.models.musicgen."""

from musicgen_cpp.models.musicgen import *  # noqa: F401,F403
from musicgen_cpp.models.musicgen import __all__  # noqa: F401
