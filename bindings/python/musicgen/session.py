"""See musicgen_cpp.session."""

from musicgen_cpp.session import *  # noqa: F401,F403
from musicgen_cpp.session import __all__  # noqa: F401
