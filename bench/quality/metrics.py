"""Metrics of one list; NaN where it is left out. Written from their definitions, to judge every contender alike.

Gain 2^label - 1, discount 1 / log2(1 + rank), ties in the order of the file; queries without a relevant document are
left out. Spearman: average ranks, queries with constant labels or scores left out.
"""

from collections.abc import Callable

import numpy as np
from scipy.stats import rankdata

from quality.data import Queries


def _order(scores: np.ndarray) -> np.ndarray:
    return np.argsort(-scores, kind="stable")


def ndcg(k: int) -> Callable[[np.ndarray, np.ndarray], float]:
    def of_list(scores: np.ndarray, labels: np.ndarray) -> float:
        gains = 2.0**labels - 1
        discounts = 1 / np.log2(2 + np.arange(min(k, len(labels))))
        best = np.sort(gains)[::-1][: len(discounts)] @ discounts
        return float("nan") if best == 0 else float(gains[_order(scores)][: len(discounts)] @ discounts / best)

    return of_list


def average_precision(scores: np.ndarray, labels: np.ndarray) -> float:
    relevant = labels[_order(scores)] >= 1
    if not relevant.any():
        return float("nan")
    precision = np.cumsum(relevant) / np.arange(1, len(labels) + 1)
    return float(precision[relevant].mean())


def reciprocal_rank(scores: np.ndarray, labels: np.ndarray) -> float:
    relevant = labels[_order(scores)] >= 1
    return float(1 / (1 + np.argmax(relevant))) if relevant.any() else float("nan")


def spearman(scores: np.ndarray, labels: np.ndarray) -> float:
    if len(np.unique(labels)) < 2 or len(np.unique(scores)) < 2:
        return float("nan")
    return float(np.corrcoef(rankdata(scores), rankdata(labels))[0, 1])


METRICS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "ndcg@1": ndcg(1),
    "ndcg@3": ndcg(3),
    "ndcg@5": ndcg(5),
    "ndcg@10": ndcg(10),
    "map": average_precision,
    "mrr": reciprocal_rank,
    "spearman": spearman,
}


def per_query(scores: np.ndarray, queries: Queries) -> dict[str, np.ndarray]:
    lists = list(zip(queries.lists(scores), queries.lists(queries.labels), strict=True))
    return {name: np.array([metric(s, y) for s, y in lists]) for name, metric in METRICS.items()}


def means(scores: np.ndarray, queries: Queries) -> dict[str, float]:
    return {name: float(np.nanmean(values)) for name, values in per_query(scores, queries).items()}
