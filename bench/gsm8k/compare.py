#!/usr/bin/env python3
"""GSM8K's two 6B models compared without truebound: plain Python, its standard library, exact sums.

    bench/gsm8k/compare.py example_model_solutions_6b.jsonl

Prints what `truebound stats mcnemar --reader gsm8k --input FILE --json` must give.
"""

import json
import sys
from fractions import Fraction
from math import comb, sqrt


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    first, second = [key for key in lines[0] if isinstance(lines[0][key], dict)]
    wrong = [(not line[first]["is_correct"], not line[second]["is_correct"]) for line in lines]
    n = len(wrong)
    only_first = sum(a and not b for a, b in wrong)
    only_second = sum(b and not a for a, b in wrong)

    # Each error from the rows themselves: sample variances of differences and of both columns.
    def variance(values):
        mean = Fraction(sum(values), len(values))
        return sum((value - mean) ** 2 for value in values) / (len(values) - 1)

    paired = sqrt(variance([int(a) - int(b) for a, b in wrong]) / n)
    unpaired = sqrt((variance([int(a) for a, b in wrong]) + variance([int(b) for a, b in wrong])) / n)

    # McNemar: binomial tails in whole numbers.
    differ = only_first + only_second
    less = min(only_first, only_second)
    tail = Fraction(2 * sum(comb(differ, i) for i in range(less + 1)), 2**differ)
    exact = min(Fraction(1), tail)
    mid = tail - Fraction(comb(differ, less), 2**differ)

    print(json.dumps({
        "first": first,
        "second": second,
        "questions": n,
        "only_first": only_first,
        "only_second": only_second,
        "value": (only_first - only_second) / n,
        "paired_error": paired,
        "unpaired_error": unpaired,
        "statistic": (only_first - only_second) ** 2 / differ,
        "p_value": float(exact),
        "p_mid": float(mid),
    }, indent=2))


if __name__ == "__main__":
    main()
