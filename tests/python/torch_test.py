"""With torch in the process, results are tensors. Each test is a process of its own. Needs torch."""

import pytest
from support import FIXTURES, importable, run_python

pytestmark = pytest.mark.skipif(not importable("torch"), reason="torch is not installed")


def test_with_torch_results_are_tensors(tmp_path):
    run_python("""
import sys
from musicgen.models import MusicGen
from musicgen.data.audio import audio_read, audio_write
model = MusicGen.get_pretrained("debug")
model.set_generation_params(duration=1)
assert "torch" not in sys.modules

import torch
wav, tokens = model.generate(["a", "b"], return_tokens=True)
assert isinstance(wav, torch.Tensor) and wav.dtype == torch.float32 and list(wav.shape) == [2, 1, 32000]
assert tokens.dtype == torch.int64
assert torch.equal(model.generate_audio(tokens), wav)
assert model.device == torch.device("cpu")
codes, _ = model.compression_model.encode(wav.double().requires_grad_())
assert codes.shape == tokens.shape
assert isinstance(next(model.stream("a")), torch.Tensor)
assert isinstance(model.generate_continuation(torch.randn(1, 16000), 32000), torch.Tensor)

torch.manual_seed(3)
first = model.generate(["a"])
torch.manual_seed(3)
assert torch.equal(first, model.generate(["a"]))

path = audio_write(sys.argv[1], wav[0].cpu(), model.sample_rate, strategy="loudness")
read, rate = audio_read(path)
assert isinstance(read, torch.Tensor) and rate == 32000
""", tmp_path / "x")


def test_arrays_and_tensors_by_dlpack():
    run_python("""
import numpy as np
from musicgen import Array
import torch
array = Array(np.arange(6, dtype=np.float32))
tensor = torch.from_dlpack(array)
assert tensor.tolist() == array.tolist()
tensor[0] = 9
assert array[0] == 9
assert torch.as_tensor(np.asarray(array)).shape == (6,)
""")


def test_a_script_written_for_audiocraft(tmp_path):
    run_python("""
import musicgen.compat.audiocraft
import os, sys
import torch
from audiocraft.models import MusicGen
from audiocraft.data.audio import audio_write

model = MusicGen.get_pretrained(sys.argv[1])
model.set_generation_params(duration=1)
wav = model.generate(['happy rock', 'energetic EDM', 'sad jazz'])
assert isinstance(wav, torch.Tensor)
for idx, one_wav in enumerate(wav):
    audio_write(f'{idx}', one_wav.cpu(), model.sample_rate, strategy="loudness")
assert sorted(os.listdir('.')) == ['0.wav', '1.wav', '2.wav']
melody = torch.randn(1, 32000).expand(3, -1, -1)
assert model.generate_continuation(melody[..., :8000], 32000, ['a', 'b', 'c']).shape == (3, 1, 32000)
""", FIXTURES / "hf-tiny-mono", cwd=tmp_path)
