"""Whether clips repeat training songs: exact matches of four bars of all four voices."""

import numpy as np

BARS = 4


def window_frames(attributes, frames):
    """Four bars of this song, or all that there is of it."""
    return min(frames, BARS * attributes["beats_per_bar"] * attributes["beat_frames"])


def matches(codes, attributes, training_codes):
    """[B] whether four bars from anywhere in the clip [4, T] begin some training song [4, T]."""
    training = np.ascontiguousarray(training_codes.transpose(0, 2, 1).astype(np.int16))
    known = {}  # by the window's length
    found = []
    for clip, said in zip(codes, attributes):
        length = window_frames(said, clip.shape[1])
        if length not in known:
            known[length] = {hash(song[:length].tobytes()) for song in training}
        frames = np.ascontiguousarray(clip.T.astype(np.int16))
        starts = range(frames.shape[0] - length + 1)
        found.append(any(hash(frames[t:t + length].tobytes()) in known[length] for t in starts))
    return np.array(found)
