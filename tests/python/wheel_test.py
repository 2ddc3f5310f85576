"""The wheel: what is in it, and that it runs where nothing else is. Builds it unless MUSICGEN_WHEEL names one; long."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from support import FIXTURES, LONG, ROOT

MOST_BYTES = 15_000_000

pytestmark = pytest.mark.skipif(not (LONG or "MUSICGEN_WHEEL" in os.environ),
                                reason="builds the library anew: MUSICGEN_LONG_TESTS=1, or MUSICGEN_WHEEL")

SNIPPET = f"""
import os, sys
from musicgen.models import MusicGen
from musicgen.data.audio import audio_write
model = MusicGen.get_pretrained({str(FIXTURES / "hf-tiny-mono")!r})
model.set_generation_params(duration=1)
wav = model.generate(['happy rock', 'energetic EDM', 'sad jazz'])
for idx, one_wav in enumerate(wav):
    audio_write(os.path.join(sys.argv[1], f'{{idx}}'), one_wav.cpu(), model.sample_rate, "mp3", strategy="loudness")
print(sorted(os.listdir(sys.argv[1])), "torch" in sys.modules, MusicGen.__module__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    if "MUSICGEN_WHEEL" in os.environ:
        return Path(os.environ["MUSICGEN_WHEEL"]).resolve()
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run([ROOT / "scripts" / "build_wheel.sh", out], check=True)
    (made,) = out.glob("*.whl")
    return made


def test_content(wheel):
    assert wheel.stat().st_size <= MOST_BYTES
    assert wheel.name.startswith("musicgen_cpp-") and "-py3-none-manylinux_2_31_" in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        library = archive.read("musicgen_cpp/lib/libmusicgen.so")
        metadata = archive.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
    for name in ("musicgen_cpp/__init__.py", "musicgen_cpp/py.typed", "musicgen/__init__.py", "musicgen/py.typed",
                 "musicgen/data/audio.py", "musicgen_cpp/compat/audiocraft.py"):
        assert name in names
    assert {name.split("/")[0] for name in names} == {"musicgen", "musicgen_cpp", metadata_folder(names)}
    assert not [name for name in names if "curl" in name or "ssl" in name or "boost" in name or "torch" in name]
    assert b"libcurl" not in library
    licences = [name for name in names if name.startswith("musicgen_cpp/lib/licences/")]
    libraries = [name for name in names if ".so" in name]
    assert licences and len(libraries) > len(licences) / 2
    assert "Name: musicgen-cpp" in metadata and "Requires-Dist: numpy" in metadata


def metadata_folder(names):
    (folder,) = {name.split("/")[0] for name in names if ".dist-info/" in name}
    return folder


def test_it_runs_in_an_empty_environment(wheel, tmp_path):
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    python = venv / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel], check=True)
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MUSICGEN_LIBRARY")}
    (tmp_path / "out").mkdir()
    out = subprocess.run([python, "-c", SNIPPET, tmp_path / "out"], cwd=tmp_path, env=clean, capture_output=True,
                         text=True, check=True).stdout
    assert out.strip() == "['0.mp3', '1.mp3', '2.mp3'] False musicgen_cpp.models.musicgen"
