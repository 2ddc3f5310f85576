"""See musicgen_cpp.utils.notebook."""

from musicgen_cpp.utils.notebook import *  # noqa: F401,F403
from musicgen_cpp.utils.notebook import __all__  # noqa: F401
