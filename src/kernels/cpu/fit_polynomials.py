"""Fits the polynomials of functions.h; prints the coefficients, lowest degree first.

Needs numpy and mpmath. Weighted least squares at Chebyshev nodes, reweighted towards the minimax
error (Lawson). The error printed is that of the coefficients once rounded to float.
"""
import mpmath as mp
import numpy as np


def fit(name, f, lo, hi, degree, weight, nodes=400, rounds=60):
    """min max |weight(x) · (poly(x) − f(x))| over [lo, hi]."""
    t = np.cos(np.pi * (np.arange(nodes) + 0.5) / nodes)
    x = (lo + hi) / 2 + (hi - lo) / 2 * t
    y = np.array([float(f(mp.mpf(v))) for v in x])
    w = np.array([float(weight(mp.mpf(v))) for v in x])
    basis = np.polynomial.chebyshev.chebvander(t, degree)
    lawson = np.ones(nodes) / nodes
    for _ in range(rounds):
        s = np.sqrt(lawson) * w
        c = np.linalg.lstsq(basis * s[:, None], y * s, rcond=None)[0]
        lawson *= np.abs(w * (basis @ c - y)) + 1e-300
        lawson /= lawson.sum()
    poly = np.polynomial.Chebyshev(c, domain=[lo, hi]).convert(kind=np.polynomial.Polynomial)
    rounded = poly.coef.astype(np.float32)
    error = np.abs(w * (np.polynomial.Polynomial(rounded.astype(float))(x) - y)).max()
    print(f"{name}: error {error:.2e}")
    print("  " + ", ".join(f"{float(v):.9g}f" for v in rounded))


def main():
    mp.mp.dps = 40
    ln2 = mp.log(2)
    tiny = mp.mpf(10) ** -12

    def series(f, fallback):
        return lambda v: f(v) if abs(v) > tiny else mp.mpf(fallback)

    half = float(ln2 / 2) * 1.0001
    fit("exp: (exp(r) - 1 - r) / r^2", series(lambda r: (mp.expm1(r) - r) / r**2, 0.5), -half, half,
        4, lambda r: r * r)
    fit("tanh, z = x^2 < 0.625^2: (tanh(x) / x - 1) / z",
        series(lambda z: (mp.tanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, mp.mpf(-1) / 3), 0, 0.625**2,
        4, lambda z: z)
    fit("erf, z = x^2 < 1: erf(x) / x - 1",
        series(lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1, 2 / mp.sqrt(mp.pi) - 1), 0, 1, 6,
        lambda z: 1)
    fit("erf, 1 <= x <= 4: log(erfc(x))", lambda x: mp.log(mp.erfc(x)), 1, 4, 7, mp.erfc)


if __name__ == "__main__":
    main()
