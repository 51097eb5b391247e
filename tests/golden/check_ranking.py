"""Recomputes soft_rank_sort.json.gz and spearman_loss.json.gz from the definitions, in NumPy, with no pool-adjacent-violators anywhere.

The solution of a decreasing isotonic regression is v_i = min over j <= i of max over k >= i of the value of block j..k (the min-max formula).
Gradients are compared with central differences, for short lists: a loose check of their formula, not of their digits.
"""

import gzip
import json

import numpy as np

from rows import HERE


def read(name):
    with gzip.open(HERE / name, "rt") as file:
        return json.load(file)


def log_sum_exp_of_blocks(x):
    """[j, k]: of x[j..k]; -inf below the diagonal."""
    table = np.full((len(x), len(x)), -np.inf)
    for j in range(len(x)):
        table[j, j:] = np.logaddexp.accumulate(x[j:])
    return table


def isotonic(upper, lower, kl):
    """Decreasing; the value of a block is mean(upper) - mean(lower), or with kl logsumexp(upper) - logsumexp(lower)."""
    n = len(upper)
    with np.errstate(invalid="ignore"):
        if kl:
            blocks = log_sum_exp_of_blocks(upper) - log_sum_exp_of_blocks(lower)
        else:
            sums = np.array([np.concatenate([np.zeros(j), np.cumsum((upper - lower)[j:])]) for j in range(n)])
            blocks = sums / np.maximum(np.arange(n)[None, :] - np.arange(n)[:, None] + 1, 1)
    blocks[np.tril_indices(n, -1)] = -np.inf
    best = np.maximum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1]  # [j, i]: max over k >= i
    best[np.tril_indices(n, -1)] = np.inf
    return best.min(axis=0)


def soft_rank(x, kl, strength, descending=False):
    theta = (-x if descending else x) / strength
    order = np.argsort(-theta, kind="stable")
    s, rho = theta[order], np.arange(len(x), 0, -1.0)
    result = np.empty(len(x))
    result[order] = np.exp(s - isotonic(s, np.log(rho), True)) if kl else s - isotonic(s, rho, False)
    return result


def soft_sort(x, kl, strength, descending=False):
    sign = 1.0 if descending else -1.0
    s, w = np.sort(sign * x)[::-1], np.arange(len(x), 0, -1.0) / strength
    return sign * (w - isotonic(w, s, kl))


def average_ranks(x):
    return np.array([np.sum(x < v) + (np.sum(x == v) + 1) / 2 for v in x])


def spearman_loss(prediction, target, row):
    n, kl = len(prediction), row["regularization"] == "kl"
    strength = row["regularization_strength"]
    assert row["strength_unit"] == "absolute"
    centre = lambda ranks: ranks - ranks.mean()
    b = centre(average_ranks(target) if row["target_ranks"] == "average" else soft_rank(target, kl, strength))
    r = centre(soft_rank(prediction, kl, strength))
    norm = np.linalg.norm(r) if row["normalization"] == "soft_ranks" else np.sqrt(n * (n * n - 1) / 12)
    return 1 - r @ b / (norm * np.linalg.norm(b))


def central_differences(function, x, step):
    gradient = np.empty(len(x))
    for i in range(len(x)):
        shift = np.zeros(len(x))
        shift[i] = step
        gradient[i] = (function(x + shift) - function(x - shift)) / (2 * step)
    return gradient


def off(found, expected):
    return float(np.max(np.abs(found - expected) / np.maximum(np.abs(expected), 1), initial=0.0))


def check(name, rows, value, function_of, x_of, gradient_of, limits):
    values, gradients, kinks = [], [], 0
    for row in rows:
        x = np.array(x_of(row))
        values.append(off(*value(row)))
        gradient = gradient_of(row)
        if gradient is None:
            kinks += 1
        elif len(x) <= 12:
            found = central_differences(function_of(row), x, 1e-5 * min(1.0, row["regularization_strength"]))
            gradients.append(float(np.max(np.abs(found - gradient)) / max(1.0, np.max(np.abs(gradient)))))
    print(f"{name}: {len(rows)} rows; values within {max(values):.1e}; {len(gradients)} gradients within {max(gradients):.1e}; "
          f"{kinks} kinks; long lists' gradients not compared")
    assert max(values) < limits[0] and max(gradients) < limits[1]


if __name__ == "__main__":
    operations = {"soft_rank": soft_rank, "soft_sort": soft_sort}
    apply = lambda row, x: operations[row["op"]](x, row["regularization"] == "kl", row["regularization_strength"], row["direction"] == "descending")
    check("soft_rank_sort", read("soft_rank_sort.json.gz"),
          value=lambda row: (apply(row, np.array(row["input"])), np.array(row["output"])),
          function_of=lambda row: lambda x: np.dot(row["cotangent"], apply(row, x)),
          x_of=lambda row: row["input"], gradient_of=lambda row: row["input_gradient"], limits=(1e-9, 1e-4))
    check("spearman_loss", read("spearman_loss.json.gz"),
          value=lambda row: (spearman_loss(np.array(row["prediction"]), np.array(row["target"]), row), np.array([row["loss"]])),
          function_of=lambda row: lambda x: spearman_loss(x, np.array(row["target"]), row),
          x_of=lambda row: row["prediction"], gradient_of=lambda row: row["prediction_gradient"], limits=(1e-9, 1e-4))
