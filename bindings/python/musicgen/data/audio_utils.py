"""See musicgen_cpp.data.audio_utils."""

from musicgen_cpp.data.audio_utils import *  # noqa: F401,F403
from musicgen_cpp.data.audio_utils import __all__  # noqa: F401
from musicgen_cpp.data.audio_utils import _clip_wav  # noqa: F401
