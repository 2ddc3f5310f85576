"""LoRA adapters: codes as with PEFT's merged weights; ways to name them; what is refused."""

import os
import pickle
import sys
import types

import numpy as np
import pytest
from support import FIXTURES, read_safetensors

from musicgen import BadInputError
from musicgen.models import MusicGen

MODEL = FIXTURES / "hf-tiny-mono"
LORA = FIXTURES / "lora"


def codes(model):
    model.set_generation_params(use_sampling=False, duration=0.48)
    return model.generate(["happy rock"], return_tokens=True)[1]


def golden(name):
    return read_safetensors(LORA / name / "golden.safetensors")["codes"][None]


def opened(lora, model=MODEL):
    return MusicGen.get_pretrained(model, precision="f32", threads=1, lora=lora)


@pytest.mark.parametrize("name, base", [("decoder", "hf-tiny-mono"), ("saved", "hf-tiny-melody")])
def test_one(name, base):
    assert np.array_equal(codes(opened(LORA / name, FIXTURES / base)), golden(name))


def test_several_with_strengths():
    model = opened([(str(LORA / "decoder"), 0.5), (LORA / "patterns", -0.5)])
    assert np.array_equal(codes(model), golden("pair"))
    assert model.lora == [(str(LORA / "decoder"), 0.5), (str(LORA / "patterns"), -0.5)]


def test_ways_to_name_one():
    path = str(LORA / "decoder")
    file = str(LORA / "decoder" / "adapter_model.safetensors")
    for lora, expected in ((path, (path, 1.0)), ([path], (path, 1.0)), ((path, 0.5), (path, 0.5)),
                           (file, (file, 1.0)), ([[path, 2]], (path, 2.0))):
        assert opened(lora).lora == [expected]
    for none in (None, []):
        assert opened(none).lora == []


def test_pickles_with_its_adapters(monkeypatch, tmp_path):
    monkeypatch.chdir(LORA)
    model = opened(("decoder", 0.5))
    monkeypatch.chdir(tmp_path)
    again = pickle.loads(pickle.dumps(model))
    assert again.lora == model.lora == [(str(LORA / "decoder"), 0.5)]


def test_from_the_hub(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    asked = []

    def snapshot_download(repository, revision=None, allow_patterns=None, local_files_only=False):
        asked.append((repository, revision, local_files_only))
        if local_files_only or repository != "me/tune":
            raise FileNotFoundError(repository)
        return str(LORA / "decoder")

    fake = types.ModuleType("huggingface_hub")
    fake.snapshot_download = snapshot_download
    monkeypatch.setitem(sys.modules, "huggingface_hub", fake)
    assert opened("me/tune@v1").lora == [(str(LORA / "decoder"), 1.0)]
    assert asked == [("me/tune", "v1", True), ("me/tune", "v1", False)]
    with pytest.raises(BadInputError, match="LoRA adapter me/other: neither"):
        opened("me/other")


def test_what_is_refused():
    with pytest.raises(BadInputError, match="LoRA adapter"):
        opened("nowhere")
    with pytest.raises(BadInputError, match="lora: expected a path"):
        opened([7])
    with pytest.raises(BadInputError, match="strength"):
        opened((LORA / "decoder", 1e6))
    with pytest.raises(BadInputError, match="made for hf-tiny-melody"):
        opened(os.fspath(LORA / "published"))
