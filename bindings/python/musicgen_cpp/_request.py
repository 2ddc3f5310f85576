"""What is asked for, as the C library takes it."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from typing import Any, Dict, Optional

import numpy as np

from . import _array, _values
from ._errors import BadInputError
from ._library import Handle, call, text_bytes
from ._prototypes import STEMS


@dataclass(frozen=True)
class Sound:
    """Samples [C, N] and their rate."""
    values: np.ndarray
    sample_rate_hz: int

    @classmethod
    def of(cls, value: Any, sample_rate_hz: Optional[int], what: str) -> Optional[Sound]:
        """None stays None; [N] becomes [1, N]."""
        if value is None:
            return None
        if sample_rate_hz is None:
            raise ValueError(f"{what}: expected its sample rate as well, found none")
        values = _array.to_numpy(value)
        if values.ndim == 1:
            values = values[None]
        if values.ndim != 2:
            raise ValueError(f"{what}: expected sound [C, N], found {values.ndim} dimensions")
        return cls(values, int(sample_rate_hz))


@dataclass(frozen=True)
class Params:
    """How a piece is made; the names are AudioCraft's, durations are seconds."""
    duration: float = 15.0
    use_sampling: bool = True
    temperature: float = 1.0
    top_k: int = 250
    top_p: float = 0.0
    cfg_coef: float = 3.0
    cfg_coef_beta: Optional[float] = None
    two_step_cfg: bool = False
    max_duration: Optional[float] = None
    extend_stride: Optional[float] = None
    seed: int = 0
    stems: str = "auto"

    def changed(self, changes: Dict[str, Any]) -> Params:
        """With other values for the names given. TypeError for one that is unknown."""
        unknown = set(changes) - set(Params.__dataclass_fields__)
        if unknown:
            raise TypeError(f"expected parameters among {', '.join(Params.__dataclass_fields__)}, "
                            f"found {', '.join(sorted(unknown))}")
        return replace(self, **changes)


@dataclass(frozen=True)
class StyleParams:
    """How a style is taken; None: as the model's files say."""
    eval_q: Optional[int] = None
    excerpt_length: Optional[float] = None
    ds_factor: Optional[int] = None


def request(prompt: Optional[str], params: Params, melody: Optional[Sound] = None,
            audio_prompt: Optional[Sound] = None, style: Optional[Sound] = None,
            style_params: StyleParams = StyleParams()) -> Handle:
    """A request of the C library. An infinite duration has no end."""
    made = Handle.made("mg_request", "mg_request_new")
    call("mg_request_set_prompt", made, text_bytes(prompt, "prompt"))
    if melody is not None:
        call("mg_request_set_melody", made, _values.waveform(melody.values, melody.sample_rate_hz))
        if params.stems not in STEMS:
            raise BadInputError(f"stems: expected one of {', '.join(STEMS)}, found {params.stems!r}")
        call("mg_request_set_stems", made, STEMS[params.stems])
    if audio_prompt is not None:
        call("mg_request_set_audio_prompt", made,
             _values.waveform(audio_prompt.values, audio_prompt.sample_rate_hz))
    if style is not None:
        call("mg_request_set_style", made, _values.waveform(style.values, style.sample_rate_hz))
        if style_params.eval_q is not None:
            call("mg_request_set_style_eval_q", made, int(style_params.eval_q))
        if style_params.excerpt_length is not None:
            call("mg_request_set_style_excerpt_s", made, float(style_params.excerpt_length))
        if style_params.ds_factor is not None:
            call("mg_request_set_style_ds_factor", made, int(style_params.ds_factor))
    if math.isinf(params.duration) and params.duration > 0:
        call("mg_request_set_endless", made)
    else:
        call("mg_request_set_duration_s", made, float(params.duration))
    call("mg_request_set_use_sampling", made, bool(params.use_sampling))
    call("mg_request_set_temperature", made, float(params.temperature))
    call("mg_request_set_top_k", made, int(params.top_k))
    call("mg_request_set_top_p", made, float(params.top_p))
    call("mg_request_set_cfg_coef", made, float(params.cfg_coef))
    beta = params.cfg_coef_beta
    if beta is None and not params.two_step_cfg:
        beta = 1.0  # AudioCraft's default is no double guidance, the library's is one beside a style
    if beta is not None:
        call("mg_request_set_cfg_coef_beta", made, float(beta))
    call("mg_request_set_two_step_cfg", made, bool(params.two_step_cfg))
    if params.max_duration is not None:
        call("mg_request_set_max_duration_s", made, float(params.max_duration))
    if params.extend_stride is not None:
        call("mg_request_set_extend_stride_s", made, float(params.extend_stride))
    call("mg_request_set_seed", made, int(params.seed) % 2 ** 64)
    return made


def fresh_seed() -> int:
    """A seed nobody chose; after torch.manual_seed(n) the next ones repeat."""
    torch = _array.loaded_torch()
    if torch is not None:
        return int(torch.randint(0, 2 ** 62, (1,)).item())
    return int.from_bytes(os.urandom(8), "little") >> 2
