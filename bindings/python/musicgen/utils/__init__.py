"""See musicgen_cpp.utils."""

from . import notebook

__all__ = ["notebook"]
