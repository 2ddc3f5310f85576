"""See musicgen_cpp.separation."""

from musicgen_cpp.separation import *  # noqa: F401,F403
from musicgen_cpp.separation import __all__  # noqa: F401
