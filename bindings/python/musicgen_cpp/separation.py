"""A recording taken apart: drums, bass, other instruments and vocals, by HT-Demucs.

    from musicgen.data.audio import audio_read
    from musicgen.separation import separate

    stems = separate(*audio_read('song.mp3'))       # {'drums': [2, N], 'bass': …} at 44,100 Hz
"""

from __future__ import annotations

import ctypes
import os
from typing import Any, Callable, Dict, List, Optional, Union

import numpy as np

from . import _array, _hub, _values
from ._errors import BadInputError
from ._library import Handle, call, library, path_bytes, text_bytes
from ._prototypes import PROGRESS_CALLBACK

__all__ = ["Separator", "separate"]

SegmentCallback = Callable[[int, int], Any]


class Separator:
    """HT-Demucs, loaded once. Threads may share it; their calls take turns.

    `demucs`: its weights (.th, .safetensors, htdemucs.yaml) or a folder that holds them; without it those
    in the caches of Hugging Face and torch, else huggingface_hub downloads them where it is installed.
    """

    def __init__(self, demucs: Union[str, "os.PathLike[str]", None] = None, *, threads: int = 0):
        def opened(path: Optional[bytes]) -> Handle:
            return Handle.made("mg_separator", "mg_separator_open", path, int(threads))

        try:
            self._handle = opened(None if demucs is None else path_bytes(demucs))
        except BadInputError as problem:
            if demucs is not None:
                raise
            self._handle = opened(path_bytes(_hub.demucs(problem)))

    @property
    def name(self) -> str:
        """For instance `htdemucs 955717e8`."""
        return library().mg_separator_name(self._handle).decode()

    @property
    def stems(self) -> List[str]:
        lib = library()
        return [lib.mg_separator_stem_name(self._handle, i).decode()
                for i in range(lib.mg_separator_stem_count(self._handle))]

    @property
    def sample_rate(self) -> int:
        """In Hz; of the stems."""
        return library().mg_separator_sample_rate_hz(self._handle)

    def separate(self, wav: Any, sample_rate: int, *, stem: Optional[str] = None, shifts: int = 0,
                 progress: Optional[SegmentCallback] = None) -> Dict[str, Any]:
        """The stems of a sound [C, N] or [N] of any rate: name -> [2, N] at `self.sample_rate`.

        They add up to the sound and are not rescaled, so that they may exceed ±1. `stem`: only this one and
        "no_" + stem, the sum of the others. `shifts`: the mean of so many runs, each at another place.
        `progress(done, segments)` is called after each segment; what it raises ends the work.
        """
        values = _array.to_numpy(wav)
        if values.ndim == 1:
            values = values[None]
        if values.ndim != 2:
            raise BadInputError(f"wav: expected a sound [C, N] or [N], found {values.ndim} dimensions")
        raised: List[BaseException] = []

        def tell(done: int, segments: int, _: Any) -> int:
            try:
                if progress is not None:
                    progress(done, segments)
                return 0
            except BaseException as problem:
                raised.append(problem)
                return 1

        made = Handle("mg_separation")
        try:
            call("mg_separator_run", self._handle, _values.waveform(np.asarray(values), sample_rate),
                 text_bytes(stem, "stem"), int(shifts), PROGRESS_CALLBACK(tell), None, made.out())
        except Exception:
            if raised:
                raise raised[0] from None
            raise
        lib = library()
        stems = {}
        for i in range(lib.mg_separation_count(made)):
            wave = Handle.made("mg_waveform", "mg_separation_audio", made, ctypes.c_size_t(i))
            stems[lib.mg_separation_name(made, i).decode()] = _array.result_of(_values.samples_of(wave))
        return stems


def separate(wav: Any, sample_rate: int, *, stem: Optional[str] = None, shifts: int = 0,
             demucs: Union[str, "os.PathLike[str]", None] = None, threads: int = 0,
             progress: Optional[SegmentCallback] = None) -> Dict[str, Any]:
    """The stems of one sound; see Separator, which is for many."""
    return Separator(demucs, threads=threads).separate(wav, sample_rate, stem=stem, shifts=shifts, progress=progress)
