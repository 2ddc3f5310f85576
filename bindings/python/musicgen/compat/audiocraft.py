"""See musicgen_cpp.compat.audiocraft."""

from musicgen_cpp.compat.audiocraft import *  # noqa: F401,F403
from musicgen_cpp.compat.audiocraft import __all__  # noqa: F401
