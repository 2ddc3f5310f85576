"""Finds the C library, opens it once, and turns its statuses into exceptions.

ctypes gives up the interpreter's lock during every call.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from pathlib import Path
from typing import Any, Callable, Optional, Union

from ._errors import error_of
from ._prototypes import ABI_VERSION, PROTOTYPES

_NAME = {"darwin": "libmusicgen.dylib", "win32": "musicgen.dll"}.get(sys.platform, "libmusicgen.so")


def library_path() -> Path:
    """The shared library: the file MUSICGEN_LIBRARY names, else the one inside this package."""
    if os.environ.get("MUSICGEN_LIBRARY"):
        return Path(os.environ["MUSICGEN_LIBRARY"])
    return Path(__file__).parent / "lib" / _NAME


@functools.lru_cache(maxsize=None)
def library() -> Any:
    """The C library with every prototype set. Raises ImportError."""
    path = library_path()
    try:
        opened = ctypes.CDLL(str(path))
    except OSError as problem:
        raise ImportError(f"{path}: the library of musicgen cannot be opened: {problem}") from problem
    for name, (result, *arguments) in PROTOTYPES.items():
        try:
            function = getattr(opened, name)
        except AttributeError:
            raise ImportError(f"{path}: expected a library that has {name}, found an older one") from None
        function.restype, function.argtypes = result, arguments
    if opened.mg_abi_version() < ABI_VERSION:
        raise ImportError(f"{path}: expected revision {ABI_VERSION} of the C interface or a later one, "
                          f"found {opened.mg_abi_version()}")
    return opened


def call(name: str, *arguments: Any) -> None:
    """Calls a function that returns a status; raises the Error it stands for."""
    lib = library()
    status = getattr(lib, name)(*arguments)
    if status != 0:
        raise error_of(status, (lib.mg_last_error() or b"").decode("utf-8", "replace"))


class Handle:
    """Owns one handle of the C library: `Handle("mg_request")` or `Handle.made("mg_request_new", …)`."""

    __slots__ = ("_free", "_as_parameter_", "__weakref__")

    def __init__(self, kind: str):
        self._free: Optional[Callable[[Any], None]] = getattr(library(), kind + "_free")
        self._as_parameter_ = ctypes.c_void_p()

    @classmethod
    def made(cls, kind: str, function: str, *arguments: Any) -> Handle:
        """The handle of `kind` that `function` puts into its last argument."""
        handle = cls(kind)
        call(function, *arguments, ctypes.byref(handle._as_parameter_))
        return handle

    def out(self) -> Any:
        """For a function that receives a new handle somewhere else than in its last argument."""
        return ctypes.byref(self._as_parameter_)

    def free(self) -> None:
        """Gives the handle back. Again: nothing."""
        if self._free is not None and self._as_parameter_:
            self._free(self._as_parameter_)
        self._as_parameter_ = ctypes.c_void_p()

    def __del__(self) -> None:
        if hasattr(self, "_as_parameter_"):
            self.free()


def path_bytes(path: Union[str, os.PathLike]) -> bytes:
    """A path as the C library reads it. A NUL inside would end it early."""
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ValueError(f"expected a path, found one with a NUL in it: {os.fsdecode(encoded)!r}")
    return encoded


def text_bytes(text: Optional[str], what: str) -> Optional[bytes]:
    """A text as UTF-8; None stays None."""
    if text is None:
        return None
    if not isinstance(text, str):
        raise TypeError(f"{what}: expected a text, found {type(text).__name__}")
    if "\0" in text:
        raise ValueError(f"{what}: expected a text, found one with a NUL in it")
    return text.encode("utf-8", "surrogatepass")


def version() -> str:
    """The C library's version, "0.1.0"."""
    return library().mg_version().decode()
