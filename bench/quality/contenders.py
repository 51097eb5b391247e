"""Models that are trained and asked for scores: the program ranktape with some loss, LightGBM, XGBoost."""

import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quality.data import Queries

Scorer = Callable[[Queries, Queries, int], np.ndarray]  # trained on the first: scores of the second, by a seed


def ranktape(program: Path, loss: str, *options: str) -> Scorer:
    """MLP of 64 and 32 hidden values, 20 epochs of Adam at 1e-3 in batches of 16 queries: the program's defaults."""

    def scores(train: Queries, test: Queries, seed: int) -> np.ndarray:
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            train.write(work / "train.txt")
            test.write(work / "test.txt")
            run = [str(program), "train", "--train", str(work / "train.txt"), "--loss", loss, "--seed", str(seed)]
            subprocess.run(
                [*run, "--model", str(work / "model"), "--quiet", *options], check=True, stdout=subprocess.DEVNULL
            )
            predict = ["predict", "--model", str(work / "model"), "--data", str(work / "test.txt")]
            subprocess.run([str(program), *predict, "--output", str(work / "scores")], check=True)
            return np.loadtxt(work / "scores")

    return scores


def lightgbm(objective: str) -> Scorer:
    """As LightGBM's own example configures it for these data (examples/lambdarank/train.conf)."""
    import lightgbm as lgb

    def scores(train: Queries, test: Queries, seed: int) -> np.ndarray:
        parameters = {
            "objective": objective,
            "learning_rate": 0.1,
            "num_leaves": 31,
            "max_bin": 255,
            "bagging_fraction": 0.9,
            "bagging_freq": 1,
            "min_data_in_leaf": 50,
            "min_sum_hessian_in_leaf": 5.0,
            "seed": seed,
            "num_threads": 1,
            "verbose": -1,
        }
        data = lgb.Dataset(train.features, train.labels, group=train.sizes)
        return np.asarray(lgb.train(parameters, data, num_boost_round=100).predict(test.features))

    return scores


def xgboost(objective: str) -> Scorer:
    import xgboost as xgb

    def scores(train: Queries, test: Queries, seed: int) -> np.ndarray:
        parameters = {
            "objective": objective,
            "eta": 0.1,
            "max_depth": 6,
            "min_child_weight": 0.1,
            "gamma": 1.0,
            "subsample": 0.9,
            "tree_method": "hist",
            "lambdarank_pair_method": "topk",
            "seed": seed,
            "nthread": 1,
            "verbosity": 0,
        }
        data = xgb.DMatrix(train.features, train.labels, qid=np.repeat(np.arange(train.count), train.sizes))
        return xgb.train(parameters, data, num_boost_round=100).predict(xgb.DMatrix(test.features))

    return scores


@dataclass(frozen=True)
class Contender:
    name: str
    scores: Scorer
    reference: tuple[float, float, float, float] | None = None  # NDCG@10 and Spearman: mean, deviation over seeds


# Of the same settings in PyTorch on these files, 5 seeds, protocol "fixed".
LOSSES: dict[str, tuple[float, float, float, float] | None] = {
    "spearman": (0.754, 0.002, 0.401, 0.002),
    "spearman(temperature=1, temperature_unit=absolute)": (0.751, 0.007, 0.391, 0.010),
    "soft_ndcg": (0.759, 0.009, 0.407, 0.011),
    "soft_ndcg(temperature=1)": (0.750, 0.004, 0.394, 0.009),
    "soft_ndcg(temperature=1) + 0.3 * spearman": (0.766, 0.007, 0.420, 0.006),
    "approx_ndcg": (0.764, 0.011, 0.410, 0.014),
    "lambdarank": (0.753, 0.009, 0.362, 0.013),
    "lambdaloss": (0.737, 0.013, 0.337, 0.034),
    "ranknet": (0.741, 0.011, 0.349, 0.026),
    "pairwise_hinge": (0.746, 0.018, 0.360, 0.032),
    "listnet": (0.738, 0.020, 0.327, 0.024),
    "softmax": (0.726, 0.016, 0.301, 0.023),
    "listmle": (0.716, 0.027, 0.277, 0.063),
    "mse": (0.739, 0.007, 0.343, 0.019),
    "spearman(normalization=soft_ranks, temperature=1, temperature_unit=absolute)": (0.700, 0.032, 0.256, 0.061),
    "spearman(relaxation=sigmoid)": None,
    "spearman(relaxation=lapsum)": None,
    "soft_ndcg(relaxation=lapsum)": None,
    "gumbel_approx_ndcg": None,
    "neural_ndcg": None,
    "soft_mrr": None,
    "soft_recall": None,
    "pairwise_squared": None,
    "pointwise_sigmoid": None,
}


def contenders(program: Path) -> list[Contender]:
    ours = [Contender(loss, ranktape(program, loss), reference) for loss, reference in LOSSES.items()]
    return [
        *ours,
        Contender("LightGBM lambdarank", lightgbm("lambdarank"), (0.736, 0.014, 0.345, 0.026)),
        Contender("LightGBM rank_xendcg", lightgbm("rank_xendcg"), (0.727, 0.009, 0.329, 0.026)),
        Contender("XGBoost rank:ndcg", xgboost("rank:ndcg"), (0.747, 0.013, 0.370, 0.019)),
    ]
