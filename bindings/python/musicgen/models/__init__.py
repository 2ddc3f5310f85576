"""See musicgen_cpp.models."""

from musicgen_cpp.models import *  # noqa: F401,F403
from musicgen_cpp.models import __all__  # noqa: F401
