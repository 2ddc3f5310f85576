"""Sounds as arrays, and what is measured of them alone."""

import functools
import wave

import numpy as np

RATE_HZ = 32000
FFT, HOP, MELS = 1024, 320, 64


def read_wav(path):
    """Mono, 16 bits or 32-bit float: float32 [N]."""
    with open(path, "rb") as file:
        data = file.read()
    if data[20:22] == b"\x03\x00":  # float, which the wave module does not read
        begin = data.index(b"data") + 8
        return np.frombuffer(data[begin:begin + (len(data) - begin) // 4 * 4], "<f4").copy()
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768


@functools.lru_cache
def mel_filters(lowest_hz=30.0):
    """[MELS, FFT / 2 + 1] triangles on the HTK mel scale up to half the rate."""
    mel = lambda hz: 2595 * np.log10(1 + hz / 700)
    edges = 700 * (10 ** (np.linspace(mel(lowest_hz), mel(RATE_HZ / 2), MELS + 2) / 2595) - 1)
    bins = np.arange(FFT // 2 + 1) * RATE_HZ / FFT
    rise = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(rise, fall)).astype(np.float32)


def log_mel(sound):
    """[MELS, frames of 10 ms] in dB above -80."""
    window = np.hanning(FFT + 1)[:-1].astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(sound, FFT // 2), FFT)[::HOP]
    power = np.abs(np.fft.rfft(frames * window, axis=1)).astype(np.float32) ** 2 / np.sum(window**2)
    return 10 * np.log10(1e-8 + mel_filters() @ power.T)


def mel_distance_db(sound, truth):
    """Mean difference of the levels of 64 bands, log10(1e-5 + power) as in the codec's training losses."""
    soft = lambda level: 10 * np.log10(1e-5 + 10 ** (level / 10))
    return float(np.mean(np.abs(soft(log_mel(sound)) - soft(log_mel(truth)))))


def si_snr_db(sound, truth):
    """Scale-invariant signal-to-noise ratio of sounds of the same length."""
    sound, truth = (x.astype(np.float64) - x.mean(dtype=np.float64) for x in (sound, truth))
    target = np.dot(sound, truth) / (np.dot(truth, truth) + 1e-12) * truth
    return float(10 * np.log10((np.dot(target, target) + 1e-12) / (np.sum((sound - target) ** 2) + 1e-12)))
