"""AudioCraft's names, transformers' pipeline, the hub, and other owners of the name musicgen."""

import sys
import types
import warnings

import numpy as np
import pytest
from support import FIXTURES, run_python

import musicgen
from musicgen import BadInputError, Error
from musicgen.models import MusicGen
from musicgen_cpp import _hub, _owners

SNIPPET = """
import musicgen.compat.audiocraft
import os, sys
os.chdir(sys.argv[1])
{imports}

model = MusicGen.get_pretrained({model!r})
model.set_generation_params(duration=1)
wav = model.generate(['happy rock', 'energetic EDM', 'sad jazz'])
for idx, one_wav in enumerate(wav):
    audio_write(f'{{idx}}', one_wav.cpu(), model.sample_rate, strategy="loudness")
assert sorted(os.listdir('.')) == ['0.wav', '1.wav', '2.wav']
"""


@pytest.mark.parametrize("imports", [
    "from audiocraft.models import MusicGen\nfrom audiocraft.data.audio import audio_write",
    "from audiocraft.models.musicgen import MusicGen\nfrom audiocraft.data.audio import audio_write",
    "import audiocraft.models, audiocraft.data.audio\nMusicGen = audiocraft.models.MusicGen\n"
    "audio_write = audiocraft.data.audio.audio_write\nfrom audiocraft.utils.notebook import display_audio\n"
    "from audiocraft.models import MultiBandDiffusion\nfrom audiocraft.data import audio_utils",
])
def test_a_script_written_for_audiocraft(imports, tmp_path):
    run_python(SNIPPET.format(imports=imports, model=str(FIXTURES / "hf-tiny-mono")), tmp_path)


def test_a_real_audiocraft_is_left_alone(tmp_path):
    (tmp_path / "audiocraft").mkdir()
    (tmp_path / "audiocraft" / "__init__.py").write_text("real = True\n")
    run_python("""
import sys
sys.path.insert(0, sys.argv[1])
from musicgen.compat.audiocraft import installed
import audiocraft
assert audiocraft.real and not installed and "audiocraft.models" not in sys.modules
""", tmp_path)


def test_pipeline():
    pipe = musicgen.pipeline("text-to-audio", model="debug")
    answer = pipe("happy rock", generate_kwargs={"max_new_tokens": 28, "do_sample": False, "guidance_scale": 2.0})
    assert set(answer) == {"audio", "sampling_rate"} and answer["sampling_rate"] == 32000
    assert isinstance(answer["audio"], np.ndarray) and answer["audio"].shape == (1, 32000)  # 25 frames
    both = pipe(["a", "b"], forward_params={"duration": 1, "seed": 4})
    assert isinstance(both, list) and [one["audio"].shape for one in both] == [(1, 32000)] * 2
    assert np.array_equal(pipe("b", generate_kwargs={"duration": 1, "seed": 5})["audio"], both[1]["audio"])
    with pytest.raises(TypeError, match="num_beams"):
        pipe("a", generate_kwargs={"num_beams": 4})
    with pytest.raises(ValueError, match="text-to-audio"):
        musicgen.pipeline("automatic-speech-recognition", model="debug")


# the hub

LISTINGS = {  # bytes by file: those that decide, of the published repositories
    "small": ({"config.json": 1, "model.safetensors": 2364, "state_dict.bin": 841, "compression_state_dict.bin": 236,
               "pytorch_model.bin": 2364}, ["config.json", "model.safetensors"]),
    "medium": ({"config.json": 1, "pytorch_model.bin": 8040, "state_dict.bin": 3680,
                "compression_state_dict.bin": 236}, ["config.json", "state_dict.bin", "compression_state_dict.bin"]),
    "large": ({"config.json": 1, "pytorch_model-00001-of-00002.bin": 9990, "pytorch_model-00002-of-00002.bin": 3730,
               "pytorch_model.bin.index.json": 1, "state_dict.bin": 6510, "compression_state_dict.bin": 236},
              ["config.json", "state_dict.bin", "compression_state_dict.bin"]),
    "melody": ({"config.json": 1, "model-00001-of-00002.safetensors": 4990, "model-00002-of-00002.safetensors": 1930,
                "model.safetensors.index.json": 1, "tokenizer.json": 2, "model.fp32.safetensors": 9},
               ["config.json", "tokenizer.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors"]),
    "bin": ({"config.json": 1, "pytorch_model.bin": 5}, ["config.json", "pytorch_model.bin"]),
}


@pytest.mark.parametrize("name", LISTINGS)
def test_one_form_of_the_weights_is_chosen(name):
    sizes, expected = LISTINGS[name]
    assert _hub.choose_files(sizes) == expected


def test_a_repository_without_weights():
    with pytest.raises(BadInputError, match="found README.md"):
        _hub.choose_files({"README.md": 5})


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A huggingface_hub that knows one repository, whose snapshot is a golden model; and an empty cache."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    asked = []

    class HfApi:
        def model_info(self, repository, revision=None, files_metadata=False):
            asked.append((repository, revision))
            if repository != "someone/tiny":
                raise ConnectionError("no such host\nand more")
            files = [types.SimpleNamespace(rfilename=path.name, size=path.stat().st_size)
                     for path in (FIXTURES / "hf-tiny-mono").iterdir()]
            return types.SimpleNamespace(sha="0" * 40, siblings=files)

    def snapshot_download(repository, revision=None, allow_patterns=None):
        asked.append((repository, revision, sorted(allow_patterns)))
        return str(FIXTURES / "hf-tiny-mono")

    fake = types.ModuleType("huggingface_hub")
    fake.HfApi, fake.snapshot_download = HfApi, snapshot_download
    monkeypatch.setitem(sys.modules, "huggingface_hub", fake)
    return asked


def test_what_the_cache_lacks_is_downloaded(hub):
    model = MusicGen.get_pretrained("someone/tiny@v1")
    assert model.name == "someone/tiny@v1"
    assert hub[0] == ("someone/tiny", "v1")
    assert hub[1][:2] == ("someone/tiny", "0" * 40)
    assert "model.safetensors" in hub[1][2] and "golden.safetensors" not in hub[1][2]


def test_a_download_that_fails_is_one_sentence(hub):
    with pytest.raises(Error) as problem:
        MusicGen.get_pretrained("someone/else")
    assert "someone/else" in str(problem.value) and "no such host" in str(problem.value)
    assert "\n" not in str(problem.value)


def test_without_huggingface_hub(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(BadInputError, match="pip install huggingface_hub"):
        MusicGen.get_pretrained("someone/tiny")


def test_what_the_cache_holds_is_opened_without_asking(hub, tmp_path):
    repository = tmp_path / "models--facebook--musicgen-small"
    (repository / "snapshots").mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("1" * 40)
    (repository / "snapshots" / ("1" * 40)).symlink_to(FIXTURES / "hf-tiny-mono")
    with pytest.warns(UserWarning, match="facebook/musicgen-small"):
        model = MusicGen.get_pretrained("small")
    assert model.name == "facebook/musicgen-small" and not hub


# other owners

def test_other_owners_of_the_name(tmp_path):
    (tmp_path / "musicgen").mkdir()
    package = tmp_path / "musicgen" / "__init__.py"
    for name, files in (("musicgen_cpp-0.1.0", "musicgen/__init__.py"), ("musicgen-0.0.1", "musicgen/__init__.py"),
                        ("musicgen_trainer-1.0", "musicgen_trainer/__init__.py")):
        (tmp_path / f"{name}.dist-info").mkdir()
        (tmp_path / f"{name}.dist-info" / "RECORD").write_text(f"{files},sha256=x,1\n")
    assert _owners.other_owners(str(package)) == ["musicgen"]
    with pytest.warns(UserWarning, match="import musicgen_cpp"):
        _owners.warn_of_other_owners(str(package))
    (tmp_path / "musicgen-0.0.1.dist-info" / "RECORD").unlink()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _owners.warn_of_other_owners(str(package))
