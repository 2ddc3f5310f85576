"""Stems before the chroma in Python: the codes of AudioCraft with the same HT-Demucs."""

import os

import numpy as np
import pytest
from support import Golden

from musicgen.data.audio import audio_read
from musicgen.models import MusicGen
from musicgen_cpp import BadInputError

PROMPTS = ["80s pop track with bassy drums and synth", "90s rock song with loud guitars and heavy drums"]


@pytest.fixture(scope="module")
def golden():
    return Golden("demucs-tiny")


def opened(golden, **options):
    lm = os.path.join(os.path.dirname(golden.path), "ac-tiny-melody")
    return MusicGen.get_pretrained(lm, precision="f32", threads=1, demucs=golden.path, **options)


def codes(model, golden, descriptions, names):
    model.set_generation_params(use_sampling=False, duration=1)
    sounds = [audio_read(os.path.join(golden.path, name + ".wav")) for name in names]
    assert len({rate for _, rate in sounds}) == 1
    return model.generate_with_chroma(descriptions, [wave for wave, _ in sounds], sounds[0][1], return_tokens=True)[1]


def test_on_and_off(golden):
    model = opened(golden, stems="on")
    assert np.array_equal(codes(model, golden, PROMPTS[:1], ["melody"]), golden["melody.single.codes"])
    assert np.array_equal(codes(model, golden, PROMPTS[1:], ["short"]), golden["short.single.codes"])
    assert np.array_equal(codes(model, golden, PROMPTS[:1], ["clip"]), golden["clip.single.codes"])
    model.stems = "off"
    assert np.array_equal(codes(model, golden, PROMPTS[:1], ["melody"]), golden["melody.off.codes"])


def test_batches(golden):
    both = codes(opened(golden, stems="on"), golden, PROMPTS, ["melody", "short"])
    assert np.array_equal(both[:1], golden["melody.single.codes"])
    assert np.array_equal(both[1:], golden["short.single.codes"])
    both = codes(opened(golden, stems="on", reference="audiocraft"), golden, PROMPTS, ["melody", "short"])
    assert np.array_equal(both, golden["melody.batch.codes"])


def test_refuses_what_is_none(golden):
    model = opened(golden)
    model.stems = "sometimes"
    with pytest.raises(BadInputError, match="stems: expected one of auto, on, off, found 'sometimes'"):
        codes(model, golden, PROMPTS[:1], ["short"])
