"""Opens a model by whatever name users have for it."""

from __future__ import annotations

import numbers
import os
import warnings
from typing import Any, List, NamedTuple, Optional, Tuple

from . import _hub
from ._errors import BadInputError, Error
from ._library import Handle, call, library, path_bytes, text_bytes
from ._prototypes import PRECISIONS, REFERENCES

SHORT_NAMES = ("small", "medium", "large", "melody", "style")  # AudioCraft's


class Opened(NamedTuple):
    name: str     # as AudioCraft says it
    reopens: str  # what opens it again from another folder
    handle: Handle


def open_model(name: Any, *, device: Any = None, precision: str = "auto", reference: str = "auto",
               text_encoder: Optional[str] = None, codec: Optional[str] = None,
               style_encoder: Optional[str] = None, demucs: Optional[str] = None, strict: bool = False, threads: int = 0,
               max_streams: int = 0, cache_bytes: int = 0, lora: Any = None) -> Opened:
    """See MusicGen.get_pretrained."""
    name = os.fspath(name)
    where = name
    if name == "debug":
        from ._debug_model import debug_model
        where = str(debug_model())
        precision = "f32" if precision == "auto" else precision
        threads = threads or 1  # more would wait for one another longer than they compute
    elif os.path.exists(name):
        where = os.path.abspath(name)
    elif name in SHORT_NAMES:
        warnings.warn("MusicGen pretrained model relying on deprecated checkpoint mapping. "
                      f"Please use full pre-trained id instead: facebook/musicgen-{name}", stacklevel=4)
        name = where = f"facebook/musicgen-{name}"

    loras = lora_files(lora)

    def opened(model: str, on: str) -> Handle:
        options = Handle.made("mg_model_options", "mg_model_options_new", path_bytes(model))
        call("mg_model_options_set_precision", options, _number(PRECISIONS, precision, "precision"))
        call("mg_model_options_set_reference", options, _number(REFERENCES, reference, "reference"))
        call("mg_model_options_set_text_encoder", options, text_encoder and path_bytes(text_encoder))
        call("mg_model_options_set_codec", options, codec and path_bytes(codec))
        call("mg_model_options_set_style_encoder", options, style_encoder and path_bytes(style_encoder))
        call("mg_model_options_set_demucs", options, demucs and path_bytes(demucs))
        for path, strength in loras:
            call("mg_model_options_add_lora", options, path_bytes(path), strength)
        call("mg_model_options_set_strict", options, bool(strict))
        call("mg_model_options_set_threads", options, int(threads))
        call("mg_model_options_set_max_streams", options, int(max_streams))
        call("mg_model_options_set_cache_bytes", options, int(cache_bytes))
        call("mg_model_options_set_device", options, text_bytes(on, "device"))
        return Handle.made("mg_model", "mg_model_open", options)

    def opened_anywhere(model: str) -> Handle:
        on = "auto" if device is None else str(device)
        try:
            return opened(model, on)
        except Error as problem:
            if on in ("auto", "cpu"):
                raise
            handle = opened(model, "auto")  # or this one's error, which is not the device's
            warnings.warn(f"device {on}: {problem}; using what there is instead", stacklevel=5)
            return handle

    try:
        handle = opened_anywhere(where)
    except BadInputError as problem:
        if where != name or not _hub.is_hub_id(name):
            raise
        handle = opened_anywhere(_hub.download(name, problem))
    lib = library()
    for i in range(lib.mg_model_warning_count(handle)):
        warnings.warn(lib.mg_model_warning(handle, i).decode("utf-8", "replace"), stacklevel=4)
    return Opened(name, where if os.path.exists(name) else name, handle)


def lora_files(lora: Any) -> List[Tuple[str, float]]:
    """Paths and strengths: of one file, of one pair, or of a list of both. Hub ids become their folders."""
    if lora is None:
        return []
    if isinstance(lora, (str, os.PathLike)) or _is_pair(lora):
        lora = [lora]
    files = []
    for one in lora:
        path, strength = one if _is_pair(one) else (one, 1.0)
        if not isinstance(path, (str, os.PathLike)):
            raise BadInputError("lora: expected a path, a hub id, (path, strength) or a list of these, "
                                f"found {path!r}")
        path = os.fspath(path)
        if os.path.exists(path):
            path = os.path.abspath(path)
        elif _hub.is_hub_id(path):
            path = _hub.adapter(path)
        files.append((path, float(strength)))
    return files


def _is_pair(lora: Any) -> bool:
    return (isinstance(lora, (tuple, list)) and len(lora) == 2 and isinstance(lora[0], (str, os.PathLike))
            and isinstance(lora[1], numbers.Real))


def _number(names: dict, name: str, what: str) -> int:
    if name not in names:
        raise BadInputError(f"{what}: expected one of {', '.join(names)}, found {name!r}")
    return names[name]
