"""musicgen.data.audio_utils: what each strategy and conversion computes."""

import numpy as np
import pytest
import support  # noqa: F401

from musicgen import Array
from musicgen.data.audio_utils import (clip_wav, convert_audio, convert_audio_channels, f32_pcm, i16_pcm,
                                       normalize_audio)


def noise(*shape, scale=0.1):
    return (scale * np.random.default_rng(0).standard_normal(shape)).astype(np.float32)


def test_what_goes_in_comes_out():
    for kind in (np.asarray, Array):
        wav = kind(noise(2, 1000))
        for result in (convert_audio(wav, 16000, 32000, 1), convert_audio_channels(wav, 1), normalize_audio(wav),
                       i16_pcm(wav), f32_pcm(i16_pcm(wav))):
            assert type(result) is type(wav)


def test_channels():
    wav = noise(3, 2, 8)
    assert np.allclose(convert_audio_channels(wav, 1)[:, 0], wav.mean(axis=1))
    assert convert_audio_channels(wav[:, :1], 4).shape == (3, 4, 8)
    assert np.array_equal(convert_audio_channels(noise(5, 8), 3), noise(5, 8)[:3])
    with pytest.raises(ValueError, match="found 2"):
        convert_audio_channels(wav, 3)


def test_rates():
    t = np.arange(44100) / 44100
    wav = np.sin(2 * np.pi * 440 * t).astype(np.float32)[None]
    there = convert_audio(wav, 44100, 32000, 2)
    assert there.shape == (2, 32000)
    expected = np.sin(2 * np.pi * 440 * np.arange(32000) / 32000)
    assert np.abs(there[0, 500:-500] - expected[500:-500]).max() < 1e-3
    assert convert_audio(np.zeros((0, 1, 100), np.float32), 100, 200, 1).shape[:2] == (0, 1)


def test_peak():
    assert np.isclose(np.abs(normalize_audio(noise(2, 100))).max(), 10 ** (-1 / 20))
    quiet = noise(2, 100)
    assert np.array_equal(normalize_audio(quiet, normalize=False), quiet)
    assert not normalize_audio(np.zeros((1, 9), np.float32)).any()


def test_rms():
    wav = normalize_audio(noise(1, 9999), strategy="rms")
    assert np.isclose(np.sqrt((wav ** 2).mean()), 10 ** (-18 / 20), rtol=1e-4)
    loud = noise(1, 9999, scale=1)
    kept = loud.copy()
    normalize_audio(loud, strategy="rms", rms_headroom_db=0)
    assert np.array_equal(loud, kept)


def test_clip(capsys):
    assert np.abs(normalize_audio(noise(1, 999, scale=5), strategy="clip", peak_clip_headroom_db=0)).max() == 1
    wav = noise(1, 999, scale=5)
    clip_wav(wav, log_clipping=True, stem_name="loud")
    assert np.abs(wav).max() == 1
    assert "CLIPPING loud" in capsys.readouterr().err


def test_loudness():
    wav = noise(1, 64000)
    louder = normalize_audio(wav, strategy="loudness", sample_rate=32000)
    assert np.allclose(normalize_audio(wav * 0.5, strategy="loudness", sample_rate=32000), louder, atol=1e-5)
    quieter = normalize_audio(wav, strategy="loudness", sample_rate=32000, loudness_headroom_db=20)
    assert np.allclose(quieter * 10 ** (6 / 20), louder, atol=1e-4)
    compressed = normalize_audio(wav, strategy="loudness", sample_rate=32000, loudness_compressor=True)
    assert np.allclose(compressed, np.tanh(louder), atol=1e-5)
    with pytest.raises(AssertionError):
        normalize_audio(wav, strategy="loudness")


def test_no_strategy():
    assert np.array_equal(normalize_audio(noise(1, 9), strategy="none"), noise(1, 9))
    with pytest.raises(AssertionError):
        normalize_audio(noise(1, 99, scale=9), strategy="none")
    with pytest.raises(AssertionError):
        normalize_audio(noise(1, 9), strategy="loud")


def test_pcm():
    every = np.arange(-2 ** 15, 2 ** 15, dtype=np.int16)
    assert np.array_equal(i16_pcm(f32_pcm(every)), every)
    assert i16_pcm(np.array([1.0, -1.0], np.float32)).tolist() == [32767, -32767]
    assert f32_pcm(np.array([2 ** 30], np.int32)).tolist() == [0.5]
    with pytest.raises(ValueError):
        f32_pcm(np.zeros(3, np.uint8))
    with pytest.raises(AssertionError):
        i16_pcm(np.array([1.5], np.float32))
