"""MusicGen, with AudioCraft's whole surface and what the engine can do beside it."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from .. import _array, _open, _request
from .._errors import CancelledError
from .._library import library
from .._progress import Progress, ProgressCallback, shown
from ..session import Session
from .compression import CompressionModel

__all__ = ["MusicGen"]

_NO_STYLE = "Only use this function if your model is MusicGen-Style"


class _OwnInt(int):
    """AudioCraft's default, in place of which a model may have its own."""


class _OwnFloat(float):
    """AudioCraft's default, in place of which a model may have its own."""


class MusicGen:
    """A model. `MusicGen.get_pretrained(name)` opens one.

    Sounds are float samples [B, C, N], tokens int64 codes [B, K, T]: torch tensors where the process
    has imported torch, else `musicgen.Array`. A model may be used from several threads: what they
    generate shares each pass over the weights. It pickles as its name and settings.

    Settings that may be read and set: `duration` (seconds; 15 at first), `max_duration` (seconds of a
    window; a longer piece is made of several), `extend_stride` (seconds from one window to the next),
    `generation_params`.
    """

    def __init__(self, name: str, **options: Any):
        options["lora"] = _open.lora_files(options.get("lora"))
        self.stems = options.get("stems", "auto")
        opened = _open.open_model(name, **{key: value for key, value in options.items() if key != "stems"})
        self.name = opened.name
        self._reopens, self._options = opened.reopens, options
        self._handle = opened.handle
        self.compression_model = CompressionModel(self._handle)
        self.style_params = _request.StyleParams()
        self.max_duration: float = library().mg_model_max_duration_s(self._handle)
        self._progress_callback: Optional[ProgressCallback] = None
        self._sampling: Dict[str, Any] = {
            "temp": library().mg_model_temperature(self._handle), "top_k": library().mg_model_top_k(self._handle),
            "top_p": library().mg_model_top_p(self._handle), "cfg_coef": library().mg_model_cfg_coef(self._handle)}
        stride = 18 if self.max_duration > 18 else 0.6 * self.max_duration
        self.set_generation_params(duration=15, extend_stride=stride)

    @staticmethod
    def get_pretrained(name: str = "facebook/musicgen-melody", device: Any = None, *, precision: str = "auto",
                       reference: str = "auto", text_encoder: Optional[str] = None,
                       codec: Optional[str] = None, style_encoder: Optional[str] = None,
                       stems: str = "auto", demucs: Optional[str] = None, strict: bool = False,
                       threads: int = 0, max_streams: int = 0, cache_bytes: int = 0, lora: Any = None) -> MusicGen:
        """Opens a model.

        `name`: a directory (Hugging Face's layout or AudioCraft's), a GGUF file, a hub id
        "org/name[@revision]", a short name (small, medium, large, melody, style; warns as AudioCraft does),
        "demo": the small model that comes with the package, or "debug": a tiny random one. A hub id that
        is not in the Hugging Face cache is downloaded where huggingface_hub is installed. `device`: "cpu"; another one that is missing here warns.
        `precision`: "auto" (q8, or what a GGUF file holds), "f32", "f16", "bf16", "q8", "q4".
        `reference`: whose reading of padding and empty prompts to follow, "auto", "hf" or "audiocraft".
        `text_encoder`, `codec`: directories of a T5 and an EnCodec that the model's files lack;
        `style_encoder`: of the MERT of a style model, which else is looked for when a style is given.
        `stems`: whether drums and bass are taken out of melodies first, as AudioCraft does with HT-Demucs:
        "auto" (where its weights are found: `demucs`, a file or directory, else beside the model or in
        the hub's or torch's cache), "on", "off"; the attribute `stems` may be set later.
        `strict`: tensors nobody needs are an error. `threads`: 0 for one per processor. `max_streams`,
        `cache_bytes`: limits of what runs together. `lora`: LoRA adapters, as PEFT saves them, that are
        merged into the weights: a directory, a file or a hub id, such a name with its strength
        ("punk", 0.5), or a list of these. Raises BadInputError, OutOfMemoryError.
        """
        options = dict(device=device, precision=precision, reference=reference, text_encoder=text_encoder,
                       codec=codec, style_encoder=style_encoder, stems=stems, demucs=demucs, strict=strict,
                       threads=threads, max_streams=max_streams, cache_bytes=cache_bytes, lora=lora)
        return MusicGen(name, **options)

    # what the model is

    @property
    def sample_rate(self) -> int:
        """Hz of the sound that is generated."""
        return self.compression_model.sample_rate

    @property
    def frame_rate(self) -> int:
        """Frames of codes per second."""
        return self.compression_model.frame_rate

    @property
    def audio_channels(self) -> int:
        """C: 1, or 2 of a stereo model."""
        return self.compression_model.channels

    @property
    def device(self) -> Any:
        """Where results lie: the CPU (a torch.device where torch is imported)."""
        torch = _array.loaded_torch()
        return "cpu" if torch is None else torch.device("cpu")

    @property
    def precision(self) -> str:
        """The format of the weights in memory: "f32", "f16", "bf16", "q8" or "q4"."""
        lib = library()
        return lib.mg_precision_name(lib.mg_model_precision(self._handle)).decode()

    @property
    def licence(self) -> str:
        """As the model card says, or "unknown". Meta's weights: cc-by-nc-4.0."""
        return library().mg_model_licence(self._handle).decode()

    @property
    def path(self) -> str:
        """The directory or file the model was read from."""
        return library().mg_model_path(self._handle).decode()

    @property
    def lora(self) -> List[Tuple[str, float]]:
        """The LoRA adapters that are merged into the weights, with their strengths."""
        lib = library()
        return [(lib.mg_model_lora_path(self._handle, i).decode(), lib.mg_model_lora_strength(self._handle, i))
                for i in range(lib.mg_model_lora_count(self._handle))]

    @property
    def lm(self) -> Any:
        raise AttributeError("model.lm: the language model runs inside the C library and is no torch module; "
                             "set_generation_params, generate(…, return_tokens=True), compression_model and "
                             "session() do what scripts usually reach into it for")

    @property
    def cfg(self) -> Any:
        raise AttributeError("model.cfg: there is no training configuration here; sample_rate, frame_rate, "
                             "max_duration, precision and path describe the model")

    # settings

    def set_generation_params(self, use_sampling: bool = True, top_k: int = _OwnInt(250),
                              top_p: float = _OwnFloat(0.0), temperature: float = _OwnFloat(1.0),
                              duration: float = 30.0, cfg_coef: float = _OwnFloat(3.0),
                              cfg_coef_beta: Optional[float] = None, two_step_cfg: bool = False,
                              extend_stride: float = 18) -> None:
        """Sets how pieces are made; what is not named goes back to its default.

        `use_sampling` False: always the most probable code. `top_k` 0: no limit; `top_p` above 0:
        nucleus sampling, and `top_k` is ignored. `duration`: seconds of the whole result, a prompt that
        is continued included. `cfg_coef`: guidance, 1 for none. `cfg_coef_beta`: double
        guidance, the weight of the text beside a style or melody, inside that of `cfg_coef`; None or 1 for
        none, and then a style model all but ignores the text beside a style: AudioCraft's demonstration
        has 5. `two_step_cfg` counts for nothing beside it. `extend_stride`: seconds from one window
        to the next of pieces longer than `max_duration`; AssertionError where it is not shorter.
        A model whose generation_config.json has other values for `top_k`, `top_p`, `temperature` or
        `cfg_coef` has those as its defaults; the published ones have none.
        """
        assert extend_stride < self.max_duration, "Cannot stride by more than max generation duration."
        self.extend_stride = extend_stride
        self.duration = duration
        self.generation_params: Dict[str, Any] = {
            "use_sampling": use_sampling, "temp": temperature, "top_k": top_k, "top_p": top_p,
            "cfg_coef": cfg_coef, "two_step_cfg": two_step_cfg, "cfg_coef_beta": cfg_coef_beta}
        for name, own in self._sampling.items():
            if isinstance(self.generation_params[name], (_OwnInt, _OwnFloat)):
                self.generation_params[name] = own

    def set_style_conditioner_params(self, eval_q: int = 3, excerpt_length: float = 3.0,
                                     ds_factor: Optional[int] = None, encodec_n_q: Optional[int] = None) -> None:
        """Sets how the style of a sound is taken; of style models, AssertionError of others.

        `eval_q`: codebooks of the bottleneck that count, more of them follow the sound more closely.
        `excerpt_length`: seconds of the sound that are heard, its middle (AudioCraft draws where they
        begin), or all of a shorter one. `ds_factor`: of so many of MERT's frames, 75 a second, one vector;
        None: as it is. `encodec_n_q` is that of another kind of style model, and counts for nothing.
        Raises ValueError for what the model does not have.
        """
        codebooks = library().mg_model_style_codebooks(self._handle)
        assert codebooks > 0, _NO_STYLE
        if not 1 <= eval_q <= codebooks:
            raise ValueError(f"eval_q: expected a number from 1 to {codebooks}, found {eval_q}")
        if not 0 < excerpt_length <= 30:
            raise ValueError(f"excerpt_length: expected seconds above 0 and at most 30, found {excerpt_length}")
        if ds_factor is not None and not 1 <= ds_factor <= 1000:
            raise ValueError(f"ds_factor: expected a number from 1 to 1000, found {ds_factor}")
        if ds_factor is None:
            ds_factor = self.style_params.ds_factor
        self.style_params = _request.StyleParams(eval_q, excerpt_length, ds_factor)

    def set_custom_progress_callback(self, progress_callback: Optional[ProgressCallback] = None) -> None:
        """`progress_callback(generated, to_generate)` counts steps in place of the bar, where `progress`
        is asked for. An exception it raises ends the generation."""
        self._progress_callback = progress_callback

    def _params(self, **changes: Any) -> _request.Params:
        """The model's settings with `changes`. A seed of None is a fresh one."""
        theirs = dict(self.generation_params)
        theirs["temperature"] = theirs.pop("temp", 1.0)
        if changes.get("seed") is None:
            changes["seed"] = _request.fresh_seed()
        params = _request.Params(duration=self.duration, stems=self.stems).changed({**theirs, **changes})
        window = self.max_duration if params.max_duration is None else params.max_duration
        if params.duration <= window:
            return params
        stride = self.extend_stride if params.extend_stride is None else params.extend_stride
        assert stride is not None, "Stride should be defined to generate beyond max_duration"
        assert stride < window, "Cannot stride by more than max generation duration."
        return params.changed({"max_duration": window, "extend_stride": stride})

    # generating

    def generate(self, descriptions: Sequence[Optional[str]], progress: bool = False,
                 return_tokens: bool = False, *, seed: Optional[int] = None) -> Any:
        """A piece for each description: sound [B, C, N], with `return_tokens` also the codes [B, K, T].

        Description i uses `seed` + i; None: a fresh seed.
        """
        return self._generate([(text, None, None) for text in _texts(descriptions)], progress, return_tokens,
                              seed)

    def generate_unconditional(self, num_samples: int, progress: bool = False, return_tokens: bool = False, *,
                               seed: Optional[int] = None) -> Any:
        """Pieces without a description: as `generate`."""
        return self._generate([(None, None, None)] * num_samples, progress, return_tokens, seed)

    def generate_continuation(self, prompt: Any, prompt_sample_rate: int,
                              descriptions: Optional[Sequence[Optional[str]]] = None, progress: bool = False,
                              return_tokens: bool = False, *, seed: Optional[int] = None) -> Any:
        """Pieces that begin with `prompt`, sound [B, C, N] or [C, N] of any rate (Hz) and channels.

        The results begin with the prompts, and `duration` counts them. AssertionError where the
        numbers of prompts and descriptions differ, or a prompt is longer than what is to be made.
        """
        values = _array.to_numpy(prompt)
        if values.ndim == 2:
            values = values[None]
        if values.ndim != 3:
            raise ValueError("prompt should have 3 dimensions: [B, C, T] (C = 1).")
        texts = [None] * len(values) if descriptions is None else _texts(descriptions)
        assert len(texts) == len(values), "Prompt and nb. descriptions doesn't match"
        frames = -(-values.shape[-1] * self.frame_rate // int(prompt_sample_rate))
        assert frames <= int(min(self.duration, self.max_duration) * self.frame_rate), \
            "Prompt is longer than audio to generate"
        return self._generate(
            [(text, None, _request.Sound(sound, int(prompt_sample_rate))) for text, sound in zip(texts, values)],
            progress, return_tokens, seed)

    def generate_with_chroma(self, descriptions: Sequence[Optional[str]], melody_wavs: Any,
                             melody_sample_rate: int, progress: bool = False, return_tokens: bool = False, *,
                             seed: Optional[int] = None) -> Any:
        """Pieces that follow melodies, or of a style model styles: sound [B, C, N], [C, N] for one, or a
        list of [C, N] and None.

        RuntimeError where the model is neither. How styles are taken: `set_style_conditioner_params`.
        """
        if isinstance(melody_wavs, (list, tuple)):
            melodies = [None if melody is None else _array.to_numpy(melody) for melody in melody_wavs]
            for melody in melodies:
                assert melody is None or melody.ndim == 2, "One melody in the list has the wrong number of dims."
        else:
            values = _array.to_numpy(melody_wavs)
            if values.ndim == 2:
                values = values[None]
            if values.ndim != 3:
                raise ValueError("Melody wavs should have a shape [B, C, T].")
            melodies = list(values)
        kind = library().mg_model_type(self._handle)
        if kind not in (b"musicgen_melody", b"musicgen_style"):
            raise RuntimeError("This model doesn't support melody conditioning. Use the `melody` model.")
        texts = _texts(descriptions)
        assert len(melodies) == len(texts), (
            "number of melody wavs must match number of descriptions! "
            f"got melody len={len(melodies)}, and descriptions len={len(texts)}")
        return self._generate(
            [(text, _request.Sound.of(melody, melody_sample_rate, "melody"), None)
             for text, melody in zip(texts, melodies)], progress, return_tokens, seed,
            sounds_are_styles=kind == b"musicgen_style")

    def generate_audio(self, gen_tokens: Any) -> Any:
        """Codes [B, K, T] -> sound [B, C, N]."""
        assert _array.to_numpy(gen_tokens).ndim == 3
        return self.compression_model.decode(gen_tokens, None)

    def _generate(self, wanted: List[Tuple], progress: bool, return_tokens: bool, seed: Optional[int],
                  sounds_are_styles: bool = False) -> Any:
        if not wanted:
            raise ValueError("expected at least one piece to generate, found none")
        params = self._params(seed=seed)
        requests = [_request.request(text, params.changed({"seed": params.seed + i}),
                                     None if sounds_are_styles else sound, audio_prompt,
                                     sound if sounds_are_styles else None, self.style_params)
                    for i, (text, sound, audio_prompt) in enumerate(wanted)]
        show = shown(self._progress_callback) if progress else None
        done: Dict[int, Any] = {}
        try:
            with self.session() as session:
                ids = session._submit(requests, progress=progress)
                steps = Progress(ids, show)
                for event in session.events():
                    if event.kind == "progress":
                        steps.update(event.request, event.steps_done, event.steps_total)
                    elif event.kind == "done":
                        done[event.request] = event
                    elif event.kind == "failed":
                        raise event.error
                    elif event.kind == "cancelled":
                        raise CancelledError("the piece was cancelled before its end")
        finally:
            if hasattr(show, "close"):
                show.close()
        audio = _array.result_of(np.stack([_array.to_numpy(done[i].audio) for i in ids]))
        if not return_tokens:
            return audio
        return audio, _array.result_of(np.stack([_array.to_numpy(done[i].codes) for i in ids]))

    def stream(self, prompt: Optional[str] = None, *, melody: Any = None,
               melody_sample_rate: Optional[int] = None, style: Any = None,
               style_sample_rate: Optional[int] = None, audio_prompt: Any = None,
               prompt_sample_rate: Optional[int] = None, seed: Optional[int] = None,
               **params: Any) -> Iterator[Any]:
        """Sound while it is made: yields chunks [C, n], the first as soon as a player can begin.

        All chunks together are `generate`'s sound of the same seed, bit for bit. `params` as in
        `Session.submit`; `duration=math.inf` never ends. Leaving the loop cancels.
        """
        session = self.session()
        session.submit(prompt, melody=melody, melody_sample_rate=melody_sample_rate, style=style,
                       style_sample_rate=style_sample_rate, audio_prompt=audio_prompt,
                       prompt_sample_rate=prompt_sample_rate, seed=seed, stream_audio=True,
                       decode_audio=False, progress=False, **params)
        return _chunks(session)

    def session(self) -> Session:
        """Many requests at once that come and go: see `Session`."""
        return Session(self)

    # pickling: the name and the settings; each process opens the model for itself

    def __reduce__(self) -> Tuple:
        return (_reopened, (self._reopens, self._options, self.duration, self.max_duration, self.extend_stride,
                            self.generation_params, self.style_params))

    def __repr__(self) -> str:
        return f"MusicGen({self.name!r}, precision={self.precision!r})"


def _reopened(name: str, options: Dict[str, Any], duration: float, max_duration: float, extend_stride: float,
              generation_params: Dict[str, Any],
              style_params: _request.StyleParams = _request.StyleParams()) -> MusicGen:
    model = MusicGen(name, **options)
    model.duration, model.max_duration, model.extend_stride = duration, max_duration, extend_stride
    model.generation_params = dict(generation_params)
    model.style_params = style_params
    return model


def _chunks(session: Session) -> Iterator[Any]:
    with session:
        for event in session.events():
            if event.kind == "sound":
                yield event.audio
            elif event.kind == "failed":
                assert event.error is not None
                raise event.error


def _texts(descriptions: Sequence[Optional[str]]) -> List[Optional[str]]:
    """A text alone would be taken for a list of letters."""
    if isinstance(descriptions, str):
        raise TypeError(f"descriptions: expected a list of texts, found the text {descriptions!r} alone")
    return list(descriptions)
