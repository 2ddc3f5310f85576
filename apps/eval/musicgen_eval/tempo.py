"""Tempo of a sound: by essentia, which nobody here can tune, and by autocorrelation."""

import numpy as np

from .sounds import RATE_HZ, log_mel

FRAME_HZ = 100  # of log_mel
TOLERANCE = 0.04


def agrees(found_bpm, asked_bpm):
    """Within 4 %, at the same tempo, its double or its half."""
    return any(abs(found_bpm / (asked_bpm * factor) - 1) <= TOLERANCE for factor in (0.5, 1, 2))


def essentia_tempo(sound):
    """(beats per minute, confidence 0 … 5.3) of RhythmExtractor2013."""
    import essentia.standard

    resampled = essentia.standard.Resample(inputSampleRate=RATE_HZ, outputSampleRate=44100)(sound)
    bpm, _, confidence, _, _ = essentia.standard.RhythmExtractor2013(method="multifeature")(resampled)
    return float(bpm), float(confidence)


def own_tempo(sound):
    """Beats per minute, 50 … 200, where the autocorrelation of the spectral flux is largest."""
    level = log_mel(sound)
    flux = np.maximum(0, np.diff(np.maximum(level, level.max() - 60), axis=1)).sum(axis=0)
    flux = flux - flux.mean()
    size = 2 ** int(np.ceil(np.log2(2 * len(flux))))
    curve = np.fft.irfft(np.abs(np.fft.rfft(flux, size)) ** 2)[:len(flux)]
    curve /= np.arange(len(flux), 0, -1)  # a longer lag has fewer terms
    lags = np.arange(int(FRAME_HZ * 60 / 200), int(FRAME_HZ * 60 / 50) + 1)
    best = lags[np.argmax(curve[lags])]
    left, middle, right = curve[best - 1:best + 2]  # between the frames: the parabola through three
    bend = left - 2 * middle + right
    return 60 * FRAME_HZ / (best + (0.5 * (left - right) / bend if bend < 0 else 0))
