"""What can go wrong in the library."""

from __future__ import annotations

from ._prototypes import STATUSES


class Error(RuntimeError):
    """One sentence: what, where, what was expected and what was found."""


class BadInputError(Error, ValueError):
    """A file, request or option is at fault."""


class OutOfMemoryError(Error, MemoryError):
    """Memory does not suffice for this model or request."""


class UnsupportedError(Error, NotImplementedError):
    """This build, or this version, cannot do it."""


class CancelledError(Error):
    """The request was cancelled before its end."""


_CLASSES = {"MG_BAD_INPUT": BadInputError, "MG_OUT_OF_MEMORY": OutOfMemoryError,
            "MG_UNSUPPORTED": UnsupportedError, "MG_CANCELLED": CancelledError}
_BY_STATUS = {number: _CLASSES.get(name, Error) for name, number in STATUSES.items()}


def error_of(status: int, message: str) -> Error:
    """The exception that a status of the C library stands for."""
    return _BY_STATUS.get(status, Error)(message or f"the library failed with status {status}")
