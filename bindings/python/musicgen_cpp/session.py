"""Many requests at once, each submitted, steered and cancelled while the others go on."""

from __future__ import annotations

import ctypes
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterator, List, Optional, Sequence

from . import _array, _request, _values
from ._errors import Error, error_of
from ._library import Handle, call, library, text_bytes
from ._prototypes import EVENTS, SUBMIT_NO_AUDIO, SUBMIT_NO_PROGRESS, SUBMIT_STREAM_AUDIO

if TYPE_CHECKING:
    from .models import MusicGen

__all__ = ["Event", "Session"]


@dataclass(frozen=True)
class Event:
    """What happened to a request.

    kind: "deferred" (no room yet: it begins later), "sound" (`audio` [C, n] follows the sound
    before), "progress", "steered" (a steering holds from `steered_step` on; -1: never), and as a
    request's last "done" (`codes` [K, T], `audio` [C, N]), "cancelled" (`codes`: what was made) or
    "failed" (`error`).
    """
    kind: str
    request: int
    audio: Any = None
    codes: Any = None
    steps_done: int = 0
    steps_total: int = 0  # 0: without end
    steered_step: int = 0
    error: Optional[Error] = None


class Session:
    """Requests of one caller; `model.session()` makes one. Requests of all sessions of a model share
    each pass over its weights, and none changes what another receives.

    `submit`, `cancel`, `hold` and `steer` return at once and may be called from any thread. The work is done
    by whoever iterates over `events()`, a step at a time, with the interpreter's lock released; an
    interrupt ends it between two steps. A session is a context manager: leaving it cancels what is left.
    """

    def __init__(self, model: MusicGen):
        self._model = model
        self._handle = Handle.made("mg_session", "mg_session_new", model._handle)
        self._stepping = threading.Lock()

    def submit(self, prompt: Optional[str] = None, *, melody: Any = None,
               melody_sample_rate: Optional[int] = None, style: Any = None,
               style_sample_rate: Optional[int] = None, audio_prompt: Any = None,
               prompt_sample_rate: Optional[int] = None, stream_audio: bool = False,
               decode_audio: bool = True, progress: bool = True, **params: Any) -> int:
        """Asks for a piece and returns the request's number.

        `prompt` None: unconditional. `melody`, `style` and `audio_prompt`: sound [C, N] and its rate in
        Hz; how styles are taken is the model's `set_style_conditioner_params`.
        `params`: `duration` (seconds, an audio prompt included; math.inf: without end), `use_sampling`,
        `temperature`, `top_k`, `top_p`, `cfg_coef`, `cfg_coef_beta`, `two_step_cfg`, `max_duration`, `extend_stride`,
        `seed`, `stems`; what is absent is the model's. Raises BadInputError when the model cannot do it.
        """
        chosen = self._model._params(**params)
        request = _request.request(
            prompt, chosen, _request.Sound.of(melody, melody_sample_rate, "melody"),
            _request.Sound.of(audio_prompt, prompt_sample_rate, "audio_prompt"),
            _request.Sound.of(style, style_sample_rate, "style"), self._model.style_params)
        return self._submit([request], stream_audio, decode_audio, progress)[0]

    def _submit(self, requests: Sequence[Handle], stream_audio: bool = False, decode_audio: bool = True,
                progress: bool = True) -> List[int]:
        """As one batch."""
        flags = ((SUBMIT_STREAM_AUDIO if stream_audio else 0) | (0 if decode_audio else SUBMIT_NO_AUDIO)
                 | (0 if progress else SUBMIT_NO_PROGRESS))
        handles = (ctypes.c_void_p * len(requests))(*(r._as_parameter_.value for r in requests))
        ids = (ctypes.c_uint64 * len(requests))()
        call("mg_session_submit_batch", self._handle, handles, len(requests), flags, ids)
        return list(ids)

    def cancel(self, request: int) -> None:
        """The request ends at the next step. One that has ended is left alone."""
        call("mg_session_cancel", self._handle, request)

    def hold(self, request: int, at_step: Optional[int]) -> None:
        """The request makes no steps from `at_step` (from 0) on, until it is held at a later one, or at none (None).

        What it makes is the same. A player that holds its request a few seconds ahead of what is heard is heard soon when
        it steers.
        """
        call("mg_session_hold", self._handle, request, -1 if at_step is None else at_step)

    def steer(self, request: int, *, prompt: Optional[str] = None, cfg_coef: Optional[float] = None,
              temperature: Optional[float] = None, top_k: Optional[int] = None, top_p: Optional[float] = None,
              at_step: Optional[int] = None) -> None:
        """Changes a running request from its step `at_step` on (None: the next one); what is None stays.

        A new prompt counts from that step on; models that are conditioned in front of the codes
        (melody, style) follow it from their next window on.
        """
        steering = Handle.made("mg_steering", "mg_steering_new")
        if prompt is not None:
            call("mg_steering_set_prompt", steering, text_bytes(prompt, "prompt"))
        if cfg_coef is not None:
            call("mg_steering_set_cfg_coef", steering, float(cfg_coef))
        if temperature is not None:
            call("mg_steering_set_temperature", steering, float(temperature))
        if top_k is not None:
            call("mg_steering_set_top_k", steering, int(top_k))
        if top_p is not None:
            call("mg_steering_set_top_p", steering, float(top_p))
        if at_step is not None:
            call("mg_steering_set_at_step", steering, int(at_step))
        call("mg_session_steer", self._handle, request, steering)

    def step(self) -> Optional[List[Event]]:
        """Works for one step of all running requests at the most, and returns what happened; None when
        no request is left. One thread at a time: others wait their turn."""
        with self._stepping:
            events, running = Handle("mg_events"), ctypes.c_int32()
            call("mg_session_step", self._handle, events.out(), ctypes.byref(running))
            happened = [_event(events, i) for i in range(library().mg_events_count(events))]
            return happened if happened or running.value else None

    def events(self) -> Iterator[Event]:
        """Works until none of the session's requests is left, and yields what happens meanwhile."""
        while True:
            happened = self.step()
            if happened is None:
                return
            yield from happened

    def close(self) -> None:
        """Cancels what is left."""
        self._handle.free()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def _event(events: Handle, index: int) -> Event:
    lib = library()
    kind = EVENTS.get(lib.mg_events_kind(events, index), "unknown")
    audio = codes = error = None
    if kind in ("sound", "done"):
        audio = _array.result_of(_values.samples_of(
            Handle.made("mg_waveform", "mg_events_audio", events, index)))
    if kind in ("done", "cancelled"):
        codes = _array.result_of(_values.codes_of(
            Handle.made("mg_codes", "mg_events_codes", events, index)))
    if kind == "failed":
        message = lib.mg_events_error_message(events, index) or b""
        error = error_of(lib.mg_events_error(events, index), message.decode("utf-8", "replace"))
    return Event(kind, lib.mg_events_request(events, index), audio, codes,
                 lib.mg_events_steps_done(events, index), lib.mg_events_steps_total(events, index),
                 lib.mg_events_steered_step(events, index), error)
