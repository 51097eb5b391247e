"""Writes metric_uncertainty.json: bootstrap intervals and paired tests by SciPy, for made-up values of a metric in two systems."""

import numpy as np
from scipy.stats import bootstrap, permutation_test, sem

from rows import write_rows

RESAMPLES = 200_000


def paired_test(first, second):
    result = permutation_test((second, first), lambda a, b, axis: np.mean(a - b, axis=axis), permutation_type="samples", vectorized=True,
                              n_resamples=RESAMPLES, batch=20_000, rng=np.random.default_rng(7))
    return {"p_value": float(result.pvalue), "exact": bool(2 ** len(first) <= RESAMPLES)}


def interval(values, confidence):
    result = bootstrap((values,), np.mean, confidence_level=confidence, method="percentile", n_resamples=RESAMPLES, batch=20_000,
                       rng=np.random.default_rng(8)).confidence_interval
    return [float(result.low), float(result.high)]


def systems():
    random = np.random.default_rng(9)
    made = [("one_sided", np.array([0.25, 0.5, 0.125, 0.75]), np.array([0.5, 0.625, 0.25, 1.0])),
            ("equal_differences", np.full(6, 0.25), np.full(6, 0.5)),
            ("no_difference", np.array([0.5, 0.25, 1.0]), np.array([0.5, 0.25, 1.0]))]
    for n, shift in ((5, 0.0), (8, 0.3), (12, 0.1), (17, 0.05), (36, 0.02), (50, 0.04), (200, 0.01)):
        first = random.beta(3, 2, n)
        made.append((f"beta_{n}", first, np.clip(first + random.normal(shift, 0.1, n), 0, 1)))
    return made


if __name__ == "__main__":
    rows = []
    for name, first, second in systems():
        difference = second - first
        rows.append({"name": name, "first": first.tolist(), "second": second.tolist(), "difference": float(np.mean(difference)),
                     "standard_error": float(sem(difference)), **paired_test(first, second),
                     "intervals": {str(confidence): interval(difference, confidence) for confidence in (0.5, 0.9, 0.95)}})
    write_rows("metric_uncertainty.json", rows)
