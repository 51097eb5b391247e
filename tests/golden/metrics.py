"""Writes metrics.json: ranking metrics of made-up queries, one row a query; null where a metric is not defined."""

import itertools
import math
import warnings

import numpy as np
from scipy.stats import kendalltau, spearmanr
from sklearn.metrics import ndcg_score

from metric_programs import PROGRAMS
from rows import write_rows

CUTS = (1, 3, 5, 10)


def order(scores):
    """Best first; equal scores keep the order of the list."""
    return np.argsort(-scores, kind="stable")


def discounted_gain(labels, cut):
    return float(np.sum((2.0 ** labels[:cut] - 1) / np.log2(np.arange(2, len(labels[:cut]) + 2))))


def ndcg(labels, scores, cut):
    best = discounted_gain(np.sort(labels)[::-1], cut)
    return discounted_gain(labels[order(scores)], cut) / best if best > 0 else None


def average_precision(labels, scores):
    relevant = labels[order(scores)] >= 1
    positions = np.flatnonzero(relevant) + 1
    return float(np.mean(np.arange(1, len(positions) + 1) / positions)) if len(positions) else None


def reciprocal_rank(labels, scores):
    positions = np.flatnonzero(labels[order(scores)] >= 1) + 1
    return float(1 / positions[0]) if len(positions) else None


def by_definition(labels, scores, cut):
    """The metrics of one order, each from its definition: the order of the scores, ties in the order of the list."""
    ranked = labels[order(scores)]
    relevant, top = ranked >= 1, (ranked >= 1)[:cut]
    if not np.any(relevant):
        return None
    stop = (2.0 ** ranked[:cut] - 1) / 16
    went_on = np.concatenate([[1.0], np.cumprod(1 - stop)[:-1]])
    return {f"dcg@{cut}": discounted_gain(ranked, cut), f"ndcg@{cut}": ndcg(labels, scores, cut),
            f"map@{cut}": float(sum(np.sum(relevant[:i + 1]) / (i + 1) for i in np.flatnonzero(top)) / np.sum(relevant)),
            f"mrr@{cut}": float(1 / (np.flatnonzero(top)[0] + 1)) if np.any(top) else 0.0,
            f"err@{cut}": float(np.sum(went_on * stop / np.arange(1, len(stop) + 1))),
            f"precision@{cut}": float(np.sum(top) / cut), f"recall@{cut}": float(np.sum(top) / np.sum(relevant)),
            f"hit_rate@{cut}": float(np.any(top))}


def averaged(labels, scores, cut):
    """The mean of these over all orders of tied documents; None where there are too many."""
    runs = [np.flatnonzero(scores == score) for score in sorted(set(scores.tolist()), reverse=True)]
    if math.prod(math.factorial(len(run)) for run in runs) > 800 or not np.any(labels >= 1):
        return None
    values = [by_definition(labels[np.concatenate(orders)], np.arange(len(labels), 0, -1.0), cut)
              for orders in itertools.product(*(itertools.permutations(run) for run in runs))]
    return {name: float(np.mean([value[name] for value in values])) for name in values[0]}


def pairwise_accuracy(labels, scores):
    pairs = [(i, j) for i in range(len(labels)) for j in range(len(labels)) if labels[i] > labels[j]]
    return float(np.mean([(np.sign(scores[i] - scores[j]) + 1) / 2 for i, j in pairs])) if pairs else None


def correlation(function, labels, scores):
    if len(np.unique(labels)) < 2 or len(np.unique(scores)) < 2:
        return None
    return float(function(labels, scores).statistic)


def check(labels, scores):
    """Against scikit-learn, where it defines the same thing: no tied scores, at least two documents, something relevant."""
    if len(labels) < 2 or len(np.unique(scores)) < len(scores) or not np.any(labels >= 1):
        return 0
    for cut in CUTS:
        theirs = ndcg_score([2.0 ** labels - 1], [scores], k=cut, ignore_ties=True)
        assert abs(theirs - ndcg(labels, scores, cut)) < 1e-12
    return 1


def queries():
    random = np.random.default_rng(5)
    grid = lambda values: np.round(np.asarray(values) * 1024) / 1024  # exact in float32 too, so that ties are the same there
    made = [
        ("no_relevant_document", np.zeros(6), grid(random.normal(size=6))),
        ("constant_labels", np.full(7, 2.0), grid(random.normal(size=7))),
        ("single_relevant", np.array([3.0]), np.array([0.25])),
        ("single_irrelevant", np.array([0.0]), np.array([0.25])),
        ("constant_scores", np.array([0.0, 2, 1, 0, 4, 0]), np.full(6, 0.5)),
        ("pair_right", np.array([0.0, 1]), np.array([-1.0, 1])),
        ("pair_wrong", np.array([0.0, 1]), np.array([1.0, -1])),
        ("perfect", np.array([4.0, 3, 2, 1, 0]), np.array([5.0, 4, 3, 2, 1])),
        ("reversed", np.array([0.0, 1, 2, 3, 4]), np.array([5.0, 4, 3, 2, 1])),
        ("signed_zeros", np.array([0.0, 1, 2, 0]), np.array([0.0, -0.0, 0.0, -0.0])),
        ("signed_zeros_and_more", np.array([0.0, 4, 1, 2, 0]), np.array([-0.0, 0.0, 1.0, -0.0, -1.0])),
    ]
    for n in (2, 3, 5, 8, 10, 11, 16, 25, 40):
        made.append((f"no_score_ties_{n}", random.choice(5, n, p=[.4, .25, .2, .1, .05]).astype(float), grid(random.permutation(n) - n / 2 + 0.125)))
    for n in (3, 6, 9, 12, 17, 20, 30, 33, 39, 40):
        made.append((f"score_ties_{n}", random.choice(5, n, p=[.4, .25, .2, .1, .05]).astype(float), np.round(random.normal(size=n) * 2) / 2))
    return made


def merged(dictionaries):
    return {name: value for dictionary in dictionaries for name, value in (dictionary or {}).items()}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    rows, checked = [], 0
    for name, labels, scores in queries():
        checked += check(labels, scores)
        rows.append({"name": name, "labels": labels.tolist(), "scores": scores.tolist(), "ndcg": {str(cut): ndcg(labels, scores, cut) for cut in CUTS},
                     "average_precision": average_precision(labels, scores), "reciprocal_rank": reciprocal_rank(labels, scores),
                     "spearman": correlation(spearmanr, labels, scores), "kendall": correlation(kendalltau, labels, scores),
                     "pairwise_accuracy": pairwise_accuracy(labels, scores),
                     "stable": merged(by_definition(labels, scores, cut) for cut in CUTS),
                     "averaged": merged(averaged(labels, scores, cut) for cut in CUTS),
                     "programs": {program: metrics(labels, scores, CUTS) for program, metrics in PROGRAMS.items()}})
    write_rows("metrics.json", rows)
    print(f"{checked} queries checked with scikit-learn")
