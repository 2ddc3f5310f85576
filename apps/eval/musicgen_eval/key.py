"""Key of a sound by essentia, scored as MIREX does."""

from .sounds import RATE_HZ

NAMES = {name: i for i, names in enumerate(
    ("C", "C# Db", "D", "D# Eb", "E", "F", "F# Gb", "G", "G# Ab", "A", "A# Bb", "B")) for name in names.split()}


def essentia_key(sound):
    """(tonic 0 … 11, minor) of KeyExtractor."""
    import essentia.standard

    resampled = essentia.standard.Resample(inputSampleRate=RATE_HZ, outputSampleRate=44100)(sound)
    tonic, scale, _ = essentia.standard.KeyExtractor()(resampled)
    return NAMES[tonic], scale == "minor"


def weighted_score(found, asked):
    """1 for the same key, 0.5 a fifth apart, 0.3 the relative one, 0.2 the parallel one, else 0."""
    (tonic, minor), (asked_tonic, asked_minor) = found, asked
    steps = (tonic - asked_tonic) % 12
    if minor == asked_minor:
        return {0: 1.0, 5: 0.5, 7: 0.5}.get(steps, 0.0)
    if steps == (9 if minor else 3):
        return 0.3
    return 0.2 if steps == 0 else 0.0
