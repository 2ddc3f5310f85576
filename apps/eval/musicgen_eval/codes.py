"""What codes of the demo's palette mean, and how music-like they are by it.

Written from the description of the codes alone, apart from the program's own measures (src/compose/code_measures.cc), so
that neither is judged by its own mistakes. Codes are integers [4, T]; codebooks are drums, bass, chords, lead.
"""

import numpy as np
from safetensors.numpy import load_file

DRUMS, BASS, CHORDS, LEAD = range(4)
FIRST_BASS_PITCH, FIRST_LEAD_PITCH = 31, 64  # MIDI: G1, E4
SCALES = {False: (0, 2, 4, 5, 7, 9, 11), True: (0, 2, 3, 5, 7, 8, 10)}  # by `minor`
SWINGS = ((0, 25, 50, 75), (0, 32, 64, 82))  # where the sixteenths of a beat begin, in percent
BEAT_FRAMES = range(20, 41)  # that the palette has


class Palette:
    """The meanings of the codes, from palette.safetensors of `musicgen-train synthesise`."""

    def __init__(self, path):
        tensors = load_file(path)
        if "book.0.meaning" not in tensors:
            raise ValueError(f"{path}: expected book.0.meaning, which musicgen-train synthesise writes")
        self.next = [tensors[f"book.{k}.next"] for k in range(4)]
        self.meaning = [tensors[f"book.{k}.meaning"] for k in range(4)]  # [rows, 3]: instrument, pitch, age

    def rows_of(self, codes, book):
        """[T, 3] instrument, pitch, age; -1 throughout for silence and for codes that mean nothing."""
        row = np.asarray(codes[book])
        known = (row > 0) & (row < len(self.meaning[book]))
        return np.where(known[:, None], self.meaning[book][np.where(known, row, 0)], -1)

    def onsets_of(self, codes, book):
        """[T] whether a sound begins."""
        return self.rows_of(codes, book)[:, 2] == 0


def glitch_rate(palette, codes):
    """Share of codes that neither begin a sound nor go on with what was played a frame before."""
    glitches = 0
    for book in range(4):
        row, following = np.asarray(codes[book]), palette.next[book]
        known = (row >= 0) & (row < len(following))
        expected = np.concatenate([[0], np.where(known, following[np.where(known, row, 0)], 0)[:-1]])
        glitches += np.count_nonzero(~palette.onsets_of(codes, book) & (row != expected))
    return glitches / (4 * codes.shape[1])


def grid_share(palette, codes):
    """Share of the onsets on one grid of sixteenths: of the tempo, swing and first beat with the most of them."""
    frames = np.concatenate([np.flatnonzero(palette.onsets_of(codes, book)) for book in range(4)])
    if len(frames) == 0:
        return 1.0
    best = 0
    for beat in BEAT_FRAMES:
        count = np.bincount(frames % beat, minlength=beat)
        for swing in SWINGS:
            offsets = sorted({(percent * beat + 50) // 100 for percent in swing})
            best = max(best, sum(np.roll(count, -offset) for offset in offsets).max())
    return float(best / len(frames))


def scale_share(palette, codes, tonic, minor):
    """Share of the onsets of bass, chords and lead that are of the key; a chord is when its three notes are."""
    scale = {(tonic + step) % 12 for step in SCALES[bool(minor)]}
    right = count = 0
    for book in (BASS, CHORDS, LEAD):
        rows = palette.rows_of(codes, book)
        for pitch in rows[rows[:, 2] == 0, 1]:
            if book == CHORDS:
                root, third = pitch % 12, 3 if pitch >= 12 else 4
                notes = (root, root + third, root + 7)
            else:
                notes = (pitch + (FIRST_BASS_PITCH if book == BASS else FIRST_LEAD_PITCH),)
            count += 1
            right += all(note % 12 in scale for note in notes)
    return right / count if count else 1.0


def instrument(palette, codes, book):
    """The instrument that sounds in most frames of a codebook; -1 where none does."""
    instruments = palette.rows_of(codes, book)[:, 0]
    instruments = instruments[instruments >= 0]
    return int(np.bincount(instruments).argmax()) if len(instruments) else -1


def plays(palette, codes, book):
    """Whether a voice sounds in a quarter of the frames: drums of composed songs do in half, or never."""
    return float(np.mean(palette.rows_of(codes, book)[:, 0] >= 0)) >= 0.25
