"""Scores of clips against prompts: their own, and those of others."""

import numpy as np


class Judged:
    """scores[i, j] in 0 … 1: clip i against prompt j."""

    def __init__(self, found, asked, score):
        self.scores = np.array([[score(one, other) for other in asked] for one in found], dtype=float)

    @property
    def own(self):
        return float(np.diag(self.scores).mean())

    @property
    def shuffled(self):
        """The mean over all prompts of other clips."""
        count = len(self.scores)
        return float((self.scores.sum() - np.trace(self.scores)) / (count * (count - 1)))

    def p_value(self, draws=10000, seed=1):
        """Share of permutations of the prompts that score as well: how likely chance alone does this."""
        random = np.random.default_rng(seed)
        clips = np.arange(len(self.scores))
        better = sum(self.scores[clips, random.permutation(clips)].mean() >= self.own - 1e-12 for _ in range(draws))
        return (better + 1) / (draws + 1)


def same(one, other):
    return one == other
