"""musicgen.data.audio: files written, read and described."""

import wave

import numpy as np
import pytest
from support import FIXTURES

import musicgen
from musicgen.data.audio import audio_info, audio_read, audio_write

RATE = 32000


@pytest.fixture
def sound():
    """Two channels, 1 s, within ±0.9."""
    t = np.arange(RATE) / RATE
    return np.stack([0.9 * np.sin(2 * np.pi * 440 * t), 0.5 * np.sin(2 * np.pi * 220 * t)]).astype(np.float32)


def test_wav_is_sixteen_bits(tmp_path, sound):
    path = audio_write(tmp_path / "a" / "b", sound, RATE, strategy="none")
    assert path == tmp_path / "a" / "b.wav"
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth(), file.getnframes()) == (2, RATE, 2, RATE)
    values, rate = audio_read(path)
    assert rate == RATE and values.shape == sound.shape
    assert np.abs(np.asarray(values) - sound).max() <= 1 / 2 ** 15


@pytest.mark.parametrize("format", ["wav", "mp3", "ogg", "flac"])
def test_every_format(tmp_path, sound, format):
    path = audio_write(tmp_path / "x", sound, RATE, format)
    assert path.suffix == "." + format
    info = audio_info(path)
    assert (info.sample_rate, info.channels) == (RATE, 2)
    assert abs(info.duration - 1) < (0.1 if format == "mp3" else 1e-5)


def test_rates_of_mp3_and_ogg(tmp_path):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (1, 2 * RATE)).astype(np.float32)
    sizes = [audio_write(tmp_path / "x", noise, RATE, "mp3", mp3_rate=rate).stat().st_size for rate in (64, 320)]
    assert sizes[1] > 3 * sizes[0]
    sizes = [audio_write(tmp_path / "x", noise, RATE, "ogg", ogg_rate=rate).stat().st_size for rate in (48, 256)]
    assert sizes[1] > 2 * sizes[0]


def test_parts(tmp_path, sound):
    path = audio_write(tmp_path / "x", sound, RATE, strategy="none")
    values, _ = audio_read(path, 0.25, 0.5)
    assert np.abs(np.asarray(values) - sound[:, RATE // 4:3 * RATE // 4]).max() <= 1 / 2 ** 15
    values, _ = audio_read(path, 0.75, 0.5)
    assert values.shape == (2, RATE // 4)
    values, _ = audio_read(path, 0.75, 0.5, pad=True)
    assert values.shape == (2, RATE // 2) and not np.asarray(values)[:, RATE // 4:].any()
    values, rate = audio_read(path, 2.0)
    assert values.shape == (2, 0) and rate == RATE


def test_one_dimension_and_no_suffix(tmp_path, sound):
    path = audio_write(tmp_path / "x.dat", sound[0], RATE, add_suffix=False)
    assert path == tmp_path / "x.dat" and audio_info(path).channels == 1


def test_refusals(tmp_path, sound):
    with pytest.raises(AssertionError):
        audio_write(tmp_path / "x", (sound * 100).astype(np.int16), RATE)
    with pytest.raises(AssertionError):
        audio_write(tmp_path / "x", sound * np.nan, RATE)
    with pytest.raises(ValueError):
        audio_write(tmp_path / "x", sound[None], RATE)
    with pytest.raises(RuntimeError, match="aac"):
        audio_write(tmp_path / "x", sound, RATE, "aac")
    with pytest.raises(RuntimeError):
        audio_write(tmp_path / "missing" / "x", sound, RATE, make_parent_dir=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "broken.wav").write_bytes(b"RIFF nothing")
    for read in (audio_read, audio_info):
        with pytest.raises(RuntimeError, match="broken.wav"):
            read(tmp_path / "broken.wav")
        with pytest.raises(RuntimeError, match="missing.wav"):
            read(tmp_path / "missing.wav")
    with pytest.raises(ValueError, match="NUL"):
        audio_info("a\0b")


def test_kinds_that_ffmpeg_reads():
    folder = FIXTURES / "audio" / "ffmpeg"
    try:
        wav, rate = audio_read(folder / "aac.m4a")
    except musicgen.BadInputError as problem:
        assert "convert it first" in str(problem)
        pytest.skip("FFmpeg's libraries are not here")
    assert (wav.shape, rate) == ((2, 22050), 44100)
    part, _ = audio_read(folder / "aac.m4a", 0.1, 0.2)
    assert np.array_equal(part.numpy(), wav.numpy()[:, 4410:4410 + 8820])
    for name, channels, rate in (("aac.m4a", 2, 44100), ("opus.webm", 2, 48000), ("video.mp4", 2, 44100), ("alac.m4a", 1, 8000)):
        info = audio_info(folder / name)
        assert (info.channels, info.sample_rate, info.duration) == (channels, rate, 0.5)
