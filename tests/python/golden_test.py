"""Greedy codes of every mode are those of AudioCraft and transformers, on the golden models."""

import numpy as np
import pytest
from support import Golden

from musicgen.models import MusicGen

PROMPTS = ["80s pop track with bassy drums and synth", "90s rock song with loud guitars and heavy drums"]
HUGGING_FACE = ["hf-tiny-mono", "hf-tiny-stereo", "hf-tiny-melody", "hf-tiny-melody-stereo"]
AUDIOCRAFT = ["ac-tiny-mono", "ac-tiny-stereo", "ac-tiny-melody"]
PATTERNS = ["ac-tiny-parallel", "ac-tiny-unroll", "ac-tiny-unroll-partial", "ac-tiny-coarse", "ac-tiny-musiclm"]
# window, stride and length of the goldens of several windows, in seconds
WINDOWS = {"ac-tiny-mono": (2, 1, 5), "ac-tiny-stereo": (2, 1.2, 4.3), "ac-tiny-melody": (4, 2, 7)}


class Greedy:
    """A model at f32, each call with the settings a golden was made with."""

    def __init__(self, golden, reference="auto"):
        self.golden = golden
        self.model = MusicGen.get_pretrained(golden.path, precision="f32", reference=reference, threads=1)

    def expect(self, name, method, *arguments, window=None, stride=18, **params):
        self.model.max_duration = window or 30
        self.model.set_generation_params(use_sampling=False, extend_stride=stride, **params)
        _, codes = getattr(self.model, method)(*arguments, return_tokens=True)
        assert np.array_equal(codes, self.golden[name]), name


def models(names, reference):
    """For each name: following its reference by name, for batches, and as by default."""
    for name in names:
        golden = Golden(name)
        yield golden, Greedy(golden, reference), Greedy(golden)


@pytest.mark.parametrize("name", HUGGING_FACE)
def test_hugging_face(name):
    (golden, batch, alone), = models([name], "hf")
    if "melody" in name:
        melody = golden["mel.wav"].reshape(1, -1)
        batch.expect("greedy.codes", "generate_with_chroma", PROMPTS, [melody] * 2, 32000, duration=2)
        alone.expect("greedy.single.codes", "generate_with_chroma", PROMPTS[:1], melody, 32000, duration=1)
        alone.expect("greedy.noguide.codes", "generate_with_chroma", PROMPTS[:1], melody, 32000, duration=1, cfg_coef=1)
        batch.expect("greedy.textonly.codes", "generate", PROMPTS, duration=1)
        with alone.model.session() as session:  # AudioCraft's methods cannot ask for both at once
            session.submit(PROMPTS[0], melody=melody, melody_sample_rate=32000, audio_prompt=golden["cont.wav"],
                           prompt_sample_rate=32000, duration=1.26, cfg_coef=3.0)
            done = [event for event in session.events() if event.kind == "done"]
        assert np.array_equal(np.asarray(done[0].codes)[None], golden["cont.codes"])
        return
    batch.expect("greedy.codes", "generate", PROMPTS, duration=2)
    alone.expect("greedy.single.codes", "generate", PROMPTS[:1], duration=1)
    alone.expect("greedy.noguide.codes", "generate", PROMPTS[:1], duration=1, cfg_coef=1)
    alone.expect("greedy.unconditional.codes", "generate_unconditional", 1, duration=1)
    prompt = golden["cont.wav"].reshape(1, -1, golden["cont.wav"].shape[-1])
    alone.expect("cont.codes", "generate_continuation", prompt, 32000, PROMPTS[:1], duration=1.26)


@pytest.mark.parametrize("name", AUDIOCRAFT)
def test_audiocraft(name):
    (golden, batch, alone), = models([name], "audiocraft")
    batch.expect("greedy.codes", "generate", PROMPTS, duration=2)
    batch.expect("greedy.empty_text.codes", "generate", ["", PROMPTS[1]], duration=1)
    batch.expect("greedy.two_step.codes", "generate", PROMPTS, duration=1, two_step_cfg=True, cfg_coef=1.7)
    alone.expect("greedy.single.codes", "generate", PROMPTS[:1], duration=1)
    alone.expect("greedy.single1.codes", "generate", PROMPTS[1:], duration=1)
    alone.expect("greedy.unconditional.codes", "generate_unconditional", 1, duration=1)

    prompt = golden["cont.wav"].reshape(1, -1, golden["cont.wav"].shape[-1])
    alone.expect("cont.codes", "generate_continuation", prompt, 32000, PROMPTS[:1], duration=1)
    other_rate = golden["cont44.wav"].reshape(1, -1, golden["cont44.wav"].shape[-1])
    alone.expect("cont44.codes", "generate_continuation", other_rate, 44100, duration=1)

    window, stride, duration = WINDOWS[name]
    long = {"window": window, "stride": stride, "duration": duration}
    alone.expect("long.codes", "generate", PROMPTS[:1], **long)
    alone.expect("long.cont.codes", "generate_continuation", prompt, 32000, PROMPTS[:1], **long)


def test_melodies_of_audiocraft():
    (golden, batch, alone), = models(["ac-tiny-melody"], "audiocraft")
    melody, short = golden["mel.wav"], golden["mel.wav_short"]
    alone.expect("melody.single.codes", "generate_with_chroma", PROMPTS[:1], melody, 32000, duration=1)
    batch.expect("melody.codes", "generate_with_chroma", PROMPTS, [melody, short], 32000, duration=1)
    batch.expect("melody.mixed.codes", "generate_with_chroma", PROMPTS, [None, short], 32000, duration=1)
    window, stride, duration = WINDOWS["ac-tiny-melody"]
    alone.expect("long.melody.codes", "generate_with_chroma", PROMPTS[:1], melody, 32000, window=window, stride=stride,
                 duration=duration)
    with pytest.raises(AssertionError, match="number of melody wavs"):
        alone.model.generate_with_chroma(PROMPTS, [melody], 32000)
    with pytest.raises(AssertionError, match="dims"):
        alone.model.generate_with_chroma(PROMPTS[:1], [melody[None]], 32000)
    with pytest.raises(ValueError, match="shape"):
        alone.model.generate_with_chroma(PROMPTS[:1], melody[None, None], 32000)


@pytest.mark.parametrize("name", PATTERNS)
def test_patterns(name):
    (golden, _, alone), = models([name], "audiocraft")
    alone.expect("greedy.single.codes", "generate", PROMPTS[:1], duration=1)
    alone.expect("greedy.unconditional.codes", "generate_unconditional", 1, duration=1)


@pytest.mark.parametrize("name", HUGGING_FACE + AUDIOCRAFT)
def test_codec(name):
    golden = Golden(name)
    model = MusicGen.get_pretrained(golden.path, threads=1)
    codec = model.compression_model
    for samples in (16000, 12347, 640, 7):
        wav = golden["codec.wav"].reshape(1, 1, -1)[..., :samples]
        codes, _ = codec.encode(np.repeat(wav, codec.channels, axis=1))
        expected = np.repeat(golden[f"codec.encode.{samples}"].reshape(-1, codes.shape[-1]), codec.channels, axis=0)
        assert np.array_equal(np.asarray(codes)[0], expected)
    for frames in (1, 7, 25):
        codes = golden[f"codec.decode.{frames}.codes"].reshape(1, -1, frames)
        sound = np.asarray(codec.decode(np.repeat(codes, codec.channels, axis=1)))
        assert np.abs(sound - golden[f"codec.decode.{frames}.audio"].reshape(1, 1, -1)).max() <= 1e-4
