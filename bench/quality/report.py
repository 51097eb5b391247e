"""The measured results as text."""

import math
from typing import Any

import numpy as np

BASELINES = ["LightGBM lambdarank", "XGBoost rank:ndcg"]


def bar(mean: float, deviation: float, seeds: int) -> float:
    """What the mean over the seeds must reach to be as good as the reference: two standard errors and 0.005 less."""
    return mean - 2 * deviation / math.sqrt(seeds) - 0.005


def _fixed(result: dict[str, Any], name: str) -> tuple[float, float]:
    values = [run[name] for run in result["fixed"]]
    return float(np.mean(values)), float(np.std(values, ddof=1))


def _verdict(result: dict[str, Any]) -> str:
    if result["reference"] is None:
        return ""
    seeds = len(result["fixed"])
    (ndcg, _), (spearman, _) = _fixed(result, "ndcg@10"), _fixed(result, "spearman")
    ndcg_bar = bar(*result["reference"][:2], seeds)
    spearman_bar = bar(*result["reference"][2:], seeds)
    missed = [
        f"{name} {found:.4f} < {wanted:.4f}"
        for name, found, wanted in (("NDCG@10", ndcg, ndcg_bar), ("Spearman", spearman, spearman_bar))
        if found < wanted
    ]
    return "; ".join(missed) if missed else "yes"


def line(name: str, result: dict[str, Any]) -> str:
    cells = [f"{name:<80}"]
    for metric in ("ndcg@10", "spearman"):
        mean, deviation = _fixed(result, metric)
        cells.append(f"{metric} {mean:.4f} +- {deviation:.4f}")
    return "  ".join([*cells, _verdict(result)])


def _fixed_table(results: dict[str, Any]) -> list[str]:
    names = list(next(iter(results.values()))["fixed"][0])
    rows = [
        "| trained with | " + " | ".join(names) + " | reference NDCG@10 / Spearman | reached |",
        "| --- |" + " --- |" * (len(names) + 2),
    ]
    for name, result in results.items():
        cells = [name]
        for metric in names:
            mean, deviation = _fixed(result, metric)
            cells.append(f"{mean:.3f} ± {deviation:.3f}")
        reference = result["reference"]
        cells.append("" if reference is None else "{:.3f} ± {:.3f} / {:.3f} ± {:.3f}".format(*reference))
        cells.append(_verdict(result))
        rows.append("| " + " | ".join(cells) + " |")
    return rows


def _per_query(result: dict[str, Any], metric: str) -> np.ndarray:
    return np.array(result["cross_validated"][metric], dtype=float)  # None becomes NaN


def _difference(result: dict[str, Any], baseline: dict[str, Any], metric: str) -> str:
    """Paired, per query: mean and standard error."""
    differences = _per_query(result, metric) - _per_query(baseline, metric)
    differences = differences[~np.isnan(differences)]
    error = differences.std(ddof=1) / math.sqrt(len(differences))
    return f"{differences.mean():+.4f} ± {error:.4f}"


def _fold_table(results: dict[str, Any]) -> list[str]:
    baselines = [name for name in BASELINES if name in results]
    header = ["trained with", "NDCG@10", "MAP", "Spearman"]
    header += [f"{metric} − {name}" for name in baselines for metric in ("NDCG@10", "Spearman")]
    rows = ["| " + " | ".join(header) + " |", "| --- |" + " --- |" * (len(header) - 1)]
    for name, result in results.items():
        cells = [name]
        cells += [f"{np.nanmean(_per_query(result, metric)):.4f}" for metric in ("ndcg@10", "map", "spearman")]
        for baseline in baselines:
            for metric in ("ndcg@10", "spearman"):
                cells.append("" if name == baseline else _difference(result, results[baseline], metric))
        rows.append("| " + " | ".join(cells) + " |")
    return rows


def document(results: dict[str, Any]) -> str:
    return "\n".join(
        [
            "# How well the models rank",
            "",
            "Made by `bash bench/quality.sh`; the data are LightGBM's example (`examples/data/lightgbm-lambdarank`).",
            "Every contender of one run, one thread, judged by the same code (`bench/quality/metrics.py`). ranktape: an",
            "MLP of 64 and 32 hidden values, 20 epochs of Adam at 1e-3, batches of 16 queries, nothing tuned per loss.",
            "",
            "## Training and test data as they are, 5 seeds",
            "",
            "Mean ± standard deviation over the seeds. The reference is the same loss, model and settings in PyTorch;",
            "it is reached if the mean is at least its mean − 2 deviations / √5 − 0.005, in both metrics.",
            "",
            *_fixed_table(results),
            "",
            "## 5-fold cross-validation over all queries, 5 splits",
            "",
            "Means over the queries. Differences are paired: per query (mean over the splits), with the standard error",
            "over the queries.",
            "",
            *_fold_table(results),
            "",
        ]
    )
