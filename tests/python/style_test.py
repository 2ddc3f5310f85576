"""A style model in Python: AudioCraft's names, defaults and codes."""

import os
import pickle

import numpy as np
import pytest
from support import Golden

from musicgen.models import MusicGen

PROMPTS = ["80s pop track with bassy drums and synth", "90s rock song with loud guitars and heavy drums"]


@pytest.fixture(scope="module")
def golden():
    return Golden("ac-tiny-style")


def opened(golden, reference="auto"):
    return MusicGen.get_pretrained(golden.path, precision="f32", threads=1, reference=reference,
                                   style_encoder=os.path.join(os.path.dirname(golden.path), "mert-tiny"))


@pytest.fixture(scope="module")
def model(golden):
    return opened(golden)


def codes(model, descriptions, sounds, rate=32000, duration=0.6, **params):
    model.set_generation_params(use_sampling=False, duration=duration, **params)
    return model.generate_with_chroma(descriptions, sounds, rate, return_tokens=True)[1]


def test_without_beta_guidance_is_simple(model, golden):
    assert np.array_equal(codes(model, PROMPTS[:1], golden["style.wav"]), golden["style.text.codes"])
    assert np.array_equal(codes(model, PROMPTS[:1], golden["style.wav"], two_step_cfg=True),
                          golden["style.two_step.codes"])


def test_double_guidance(model, golden):
    sound = golden["style.wav"]
    assert np.array_equal(codes(model, PROMPTS[:1], sound, cfg_coef_beta=5), golden["style.double.codes"])
    assert np.array_equal(codes(model, PROMPTS[:1], sound, cfg_coef=1.7, cfg_coef_beta=2.25),
                          golden["style.coefs.codes"])
    assert np.array_equal(codes(model, [None], sound, cfg_coef_beta=5), golden["style.only.codes"])
    model.set_generation_params(use_sampling=False, duration=0.6, cfg_coef_beta=5)
    assert np.array_equal(model.generate(PROMPTS[:1], return_tokens=True)[1], golden["style.text_only.codes"])


def test_batches_as_audiocraft_makes_them(golden):
    model = opened(golden, "audiocraft")
    sound = golden["style.wav"]
    assert np.array_equal(codes(model, PROMPTS, [sound, sound], cfg_coef_beta=5), golden["style.batch.codes"])
    assert np.array_equal(codes(model, PROMPTS, [None, sound]), golden["style.batch_mixed.codes"])
    assert np.array_equal(codes(model, PROMPTS, [sound, sound[:, :64000]], cfg_coef_beta=5),
                          golden["style.batch_lengths.codes"])


def test_style_conditioner_params(model, golden):
    sound = golden["style.wav"]
    try:
        model.set_style_conditioner_params(eval_q=6)
        assert np.array_equal(codes(model, PROMPTS[:1], sound, cfg_coef_beta=5), golden["style.eval_q6.codes"])
        model.set_style_conditioner_params(excerpt_length=1.5)
        assert np.array_equal(codes(model, PROMPTS[:1], sound, cfg_coef_beta=5),
                              golden["style.excerpt_short.codes"])
        assert pickle.loads(pickle.dumps(model)).style_params == model.style_params
        for wrong in ({"eval_q": 7}, {"eval_q": 0}, {"excerpt_length": 31}, {"excerpt_length": 0}, {"ds_factor": 0}):
            with pytest.raises(ValueError):
                model.set_style_conditioner_params(**wrong)
        model.set_style_conditioner_params(ds_factor=30)
        fewer = codes(model, PROMPTS[:1], sound, cfg_coef_beta=5)
        assert not np.array_equal(fewer, golden["style.double.codes"])
    finally:
        model.set_style_conditioner_params(ds_factor=15)
    assert np.array_equal(codes(model, PROMPTS[:1], sound, cfg_coef_beta=5), golden["style.double.codes"])


def test_session_takes_style_and_prompt_together(model, golden):
    with model.session() as session:
        session.submit(PROMPTS[0], style=golden["style.wav"], style_sample_rate=32000,
                       audio_prompt=golden["cont.wav"], prompt_sample_rate=32000, duration=0.6, use_sampling=False,
                       cfg_coef=3.0, cfg_coef_beta=5)
        done = [event for event in session.events() if event.kind == "done"]
    assert np.array_equal(np.asarray(done[0].codes)[None], golden["style.cont.codes"])
