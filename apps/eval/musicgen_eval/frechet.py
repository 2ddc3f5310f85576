"""Fréchet distance between two sets of embeddings [rows, D]."""

import numpy as np


def frechet_distance(a, b):
    mean = a.mean(axis=0) - b.mean(axis=0)
    ca, cb = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    # trace((ca cb)^½) by the eigenvalues of a symmetric matrix that has the same ones
    values, vectors = np.linalg.eigh(ca)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ cb @ root), 0)).sum()
    return float(mean @ mean + np.trace(ca) + np.trace(cb) - 2 * cross)
