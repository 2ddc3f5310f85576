"""See musicgen_cpp.pipelines."""

from musicgen_cpp.pipelines import *  # noqa: F401,F403
from musicgen_cpp.pipelines import __all__  # noqa: F401
