"""`pipeline("text-to-audio", model=…)`, with the answers of transformers' pipeline."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Union

from . import _array
from .models import MusicGen

__all__ = ["TextToAudioPipeline", "pipeline"]

Answer = Dict[str, Any]
# transformers' names of what one generation may be asked for, and ours.
_NAMES = {"do_sample": "use_sampling", "guidance_scale": "cfg_coef", "temperature": "temperature", "top_k": "top_k",
          "top_p": "top_p", "seed": "seed"}


class TextToAudioPipeline:
    """Called with a text, gives `{"audio": numpy [C, N], "sampling_rate": Hz}`; with a list, a list of them."""

    def __init__(self, model: MusicGen):
        self.model = model

    @property
    def sampling_rate(self) -> int:
        return self.model.sample_rate

    def __call__(self, text_inputs: Union[str, Sequence[str]], *,
                 generate_kwargs: Optional[Dict[str, Any]] = None,
                 forward_params: Optional[Dict[str, Any]] = None) -> Union[Answer, List[Answer]]:
        """`generate_kwargs`, or `forward_params`: `do_sample`, `guidance_scale`, `temperature`, `top_k`, `top_p`,
        `seed`, and `max_new_tokens`, of which the last K − 1 (K codebooks a channel) bring no frame, as in
        transformers, or `duration` in seconds. Without either: one window, 30 s."""
        texts = [text_inputs] if isinstance(text_inputs, str) else list(text_inputs)
        params = self._params({**(forward_params or {}), **(generate_kwargs or {})})
        answers: List[Any] = [None] * len(texts)
        seed = self.model._params(seed=params.pop("seed", None)).seed
        with self.model.session() as session:
            places = {session.submit(text, seed=seed + i, progress=False, **params): i
                      for i, text in enumerate(texts)}
            for event in session.events():
                if event.kind == "failed":
                    assert event.error is not None
                    raise event.error
                if event.kind == "done":
                    answers[places[event.request]] = {"audio": _array.to_numpy(event.audio),
                                                      "sampling_rate": self.sampling_rate}
        return answers[0] if isinstance(text_inputs, str) else answers

    def _params(self, given: Dict[str, Any]) -> Dict[str, Any]:
        codec = self.model.compression_model
        params: Dict[str, Any] = {"duration": self.model.max_duration}
        for name, value in given.items():
            if name == "max_new_tokens":
                frames = int(value) - (codec.num_codebooks // codec.channels - 1)
                if frames < 1:
                    raise ValueError(f"max_new_tokens: expected enough for one frame, found {value}")
                # Half a frame more: a duration is cut to whole frames.
                params["duration"] = (frames + 0.5) / codec.frame_rate
            elif name == "duration":
                params["duration"] = float(value)
            elif name in _NAMES:
                params[_NAMES[name]] = value
            else:
                raise TypeError(f"generate_kwargs: expected names among max_new_tokens, duration, "
                                f"{', '.join(_NAMES)}, found {name!r}")
        return params


def pipeline(task: str = "text-to-audio", model: Union[str, MusicGen] = "demo",
             **options: Any) -> TextToAudioPipeline:
    """A pipeline of the task "text-to-audio" (or "text-to-speech", as transformers also calls it).

    `model`: a model, or a name ("demo" is the small one that comes with the package) and `options` for `MusicGen.get_pretrained`.
    """
    if task not in ("text-to-audio", "text-to-speech"):
        raise ValueError(f"expected the task text-to-audio, found {task!r}")
    return TextToAudioPipeline(model if isinstance(model, MusicGen) else MusicGen.get_pretrained(model, **options))
