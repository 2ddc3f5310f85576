"""The package musicgen_cpp by the name people expect; see there."""

from musicgen_cpp import *  # noqa: F401,F403
from musicgen_cpp import __all__, __doc__, __getattr__  # noqa: F401
from musicgen_cpp._owners import warn_of_other_owners

from . import compat, data, models, separation, utils  # noqa: F401

warn_of_other_owners(__file__)
del warn_of_other_owners
