#!/usr/bin/env python3
"""The melded interval without Truebound: for the values in truebound/stats/two_phase_test.cc.

    pip install numpy scipy && bench/melded/melded.py

Fay, Proschan and Brittain (2015), Biometrics 71:146-156, as Bayer, Fay and Graubard (2023),
Statistics in Medicine 42:1822-1837, use it for a rate behind an instrument that errs: each share
has a lower and an upper confidence distribution, Beta(x, n - x + 1) and Beta(x + 1, n - x); the
limits of a function that rises or falls with each share are quantiles of the function over the
distributions that push it the same way. Here by Gauss-Legendre quadrature over the densities of
both error rates and Brent's root in the limit, and beside it by 4,000,000 plain random draws.
"""
import numpy
from scipy.optimize import brentq
from scipy.stats import beta

NODES, WEIGHTS = numpy.polynomial.legendre.leggauss(600)

# flagged of trials, right of labels that broke, right of labels that held
CASES = [((41, 98), (101, 112), (79, 88)), ((3, 300), (34, 40), (97, 100)),
         ((0, 300), (85, 100), (100, 100)), ((60, 500), (45, 50), (194, 200)),
         ((12, 1000), (18, 20), (500, 505))]


def low(share):
    """The distribution that stands below the share; the point 0 where nothing hit."""
    hits, n = share
    return beta(hits, n - hits + 1) if hits > 0 else None


def high(share):
    hits, n = share
    return beta(hits + 1, n - hits) if hits < n else None


def points(distribution, at):
    """Nodes and weights of an expectation; one point where there is no distribution."""
    if distribution is None:
        return numpy.array([at]), numpy.array([1.0])
    left, right = distribution.ppf(1e-14), distribution.ppf(1 - 1e-14)
    x = left + (right - left) * (NODES + 1) / 2
    return x, WEIGHTS * (right - left) / 2 * distribution.pdf(x)


def limit(flagged, sensitivity, specificity, chance, useless):
    se, of_se = sensitivity
    sp, of_sp = specificity
    youden = se[:, None] + sp[None, :] - 1
    weight = of_se[:, None] * of_sp[None, :]

    def below(rate):
        share = numpy.clip(rate * youden + 1 - sp[None, :], 0, 1)
        at_most = flagged.cdf(share) if flagged is not None else numpy.ones_like(share)
        return numpy.sum(weight * numpy.where(youden > 0, at_most, useless)) - chance

    if below(0) >= 0:
        return 0.0
    return brentq(below, 0, 1, xtol=1e-13)


def draws(distribution, at, generator, n):
    return numpy.full(n, at) if distribution is None else distribution.rvs(n, random_state=generator)


def drawn(flagged, sensitivity, specificity, chance, generator):
    n = 4_000_000
    p = draws(flagged, 0.0, generator, n)
    se = draws(sensitivity[0], sensitivity[1], generator, n)
    sp = draws(specificity[0], specificity[1], generator, n)
    rates = numpy.where(se + sp > 1, (p + sp - 1) / (se + sp - 1), numpy.nan)
    return float(numpy.clip(numpy.nanquantile(rates, chance), 0, 1))


if __name__ == "__main__":
    random = numpy.random.default_rng(1)
    for flagged, broke, held in CASES:
        lower = limit(low(flagged), points(high(broke), 1.0), points(low(held), 0.0), .025, 1.0)
        upper = limit(high(flagged), points(low(broke), 0.0), points(high(held), 1.0), .975, 0.0)
        by_draws = (drawn(low(flagged), (high(broke), 1.0), (low(held), 0.0), .025, random),
                    drawn(high(flagged), (low(broke), 0.0), (high(held), 1.0), .975, random))
        print(flagged, broke, held, f"{lower:.10f} {upper:.10f}",
              f"drawn {by_draws[0]:.5f} {by_draws[1]:.5f}")
