#!/usr/bin/env python3
"""Cluster bootstrap with NumPy over per-cluster sums, the way it is usually written, and over counts
of equal clusters, the fastest that NumPy has. One thread.

    bench/bootstrap/numpy_bootstrap.py sums.csv [RESAMPLES]

`sums.csv` has a cluster a line: size,hits. truebound_bootstrap_bench writes it.
"""

import json
import sys
import time

import numpy


def main():
    table = numpy.loadtxt(sys.argv[1], delimiter=",", dtype=numpy.int64)
    resamples = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    size, hits = numpy.ascontiguousarray(table[:, 0]), numpy.ascontiguousarray(table[:, 1])
    count = len(size)
    random = numpy.random.Generator(numpy.random.Philox(1))

    start = time.perf_counter()
    means = numpy.empty(resamples)
    for i in range(resamples):
        drawn = random.integers(0, count, count, dtype=numpy.int32)
        means[i] = hits[drawn].sum() / size[drawn].sum()
    by_index = time.perf_counter() - start

    start = time.perf_counter()
    kinds, times = numpy.unique(table, axis=0, return_counts=True)
    drawn = random.multinomial(count, times / count, size=resamples)
    multinomial_means = drawn @ kinds[:, 1] / (drawn @ kinds[:, 0])
    by_kind = time.perf_counter() - start

    print(json.dumps({
        "program": "numpy " + numpy.__version__,
        "clusters": count,
        "rows": int(size.sum()),
        "kinds": len(kinds),
        "resamples": resamples,
        "by_index_s": by_index,
        "by_kind_s": by_kind,
        "standard_error": float(means.std(ddof=1)),
        "standard_error_by_kind": float(multinomial_means.std(ddof=1)),
    }))


if __name__ == "__main__":
    main()
