"""See musicgen_cpp.data.audio."""

from musicgen_cpp.data.audio import *  # noqa: F401,F403
from musicgen_cpp.data.audio import __all__  # noqa: F401
from musicgen_cpp.data.audio import _av_read  # noqa: F401
