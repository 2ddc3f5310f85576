"""Stems in Python: those of demucs' own command."""

import numpy as np
import pytest
from support import FIXTURES, Golden

import musicgen
from musicgen.data.audio import audio_read
from musicgen.separation import Separator, separate

DEMUCS = FIXTURES / "demucs-tiny"
STEMS = ["drums", "bass", "other", "vocals"]
TOLERANCE = 2e-5


@pytest.fixture(scope="module")
def separator():
    return Separator(DEMUCS, threads=1)


@pytest.fixture(scope="module")
def clip():
    wav, rate = audio_read(DEMUCS / "clip.wav")
    return wav.numpy(), rate


def test_stems_are_those_of_demucs(separator, clip):
    golden = Golden("demucs-tiny")["clip.separate"]
    calls = []
    stems = separator.separate(*clip, progress=lambda done, segments: calls.append((done, segments)))
    assert list(stems) == STEMS == separator.stems
    for i, name in enumerate(STEMS):
        assert stems[name].shape == (2, clip[0].shape[1])
        assert np.abs(stems[name].numpy()[:, ::119] - golden[i]).max() < TOLERANCE
    assert calls == [(1, 2), (2, 2)]
    assert (separator.name, separator.sample_rate) == ("htdemucs 7d3e1a55", 44100)


def test_the_function(separator, clip):
    expected = separator.separate(*clip, stem="vocals")
    found = musicgen.separate(*clip, stem="vocals", demucs=DEMUCS, threads=2)
    assert list(found) == ["vocals", "no_vocals"]
    for name in found:
        assert np.array_equal(found[name].numpy(), expected[name].numpy())


def test_shapes_and_rates(separator):
    tone = np.sin(np.arange(16000) / 20).astype(np.float32)
    stems = separate(tone, 32000, demucs=DEMUCS)
    assert stems["bass"].shape == (2, 22050)
    for wrong in (np.zeros((1, 1, 10)), np.zeros((2, 0))):
        with pytest.raises(musicgen.BadInputError):
            separator.separate(wrong, 44100)


def test_what_is_refused(separator, clip, tmp_path):
    with pytest.raises(musicgen.BadInputError, match="guitar"):
        separator.separate(*clip, stem="guitar")
    with pytest.raises(musicgen.BadInputError, match="shifts"):
        separator.separate(*clip, shifts=-1)
    with pytest.raises(musicgen.BadInputError, match="none"):
        Separator(tmp_path / "none")


def test_a_callback_that_raises_ends_it(separator, clip):
    def stop(done, segments):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        separator.separate(*clip, progress=stop)
