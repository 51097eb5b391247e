"""What other programs give for one query, by this library's names of metrics. RankLib runs on Java; its numbers are its source's formulas."""

import lightgbm
import numpy as np
import pytrec_eval
import xgboost
from sklearn.metrics import average_precision_score, dcg_score, ndcg_score


def scikit_learn(labels, scores, cuts):
    values = {"map": float(average_precision_score(labels >= 1, scores))}
    if len(labels) > 1:  # it refuses a single document
        for cut in cuts:
            values[f"ndcg@{cut}"] = float(ndcg_score([labels], [scores], k=cut))
            values[f"dcg@{cut}"] = float(dcg_score([labels], [scores], k=cut))
    return values


def trec_eval(labels, scores, cuts):
    names = [f"d{i:03}" for i in range(len(labels))]
    wanted = ",".join(str(cut) for cut in cuts)
    ours = {"ndcg_cut_": "ndcg@", "map_cut_": "map@", "P_": "precision@", "recall_": "recall@", "success_": "hit_rate@"}
    evaluator = pytrec_eval.RelevanceEvaluator({"q": dict(zip(names, labels.astype(int).tolist()))},
                                               {"map", "recip_rank"} | {f"{name[:-1]}.{wanted}" for name in ours})
    values = {}
    for name, value in evaluator.evaluate({"q": dict(zip(names, scores.tolist()))})["q"].items():
        base, _, cut = name.rpartition("_")
        values[{"map": "map", "recip_rank": "mrr"}.get(name) or ours[base + "_"] + cut] = value
    return values


def lightgbm_metrics(labels, scores, cuts):
    """One boosting round that cannot split, from these scores."""
    data = lightgbm.Dataset(np.zeros((len(labels), 1)), label=labels, init_score=scores, group=[len(labels)], params={"verbose": -1})
    result = {}
    lightgbm.train({"objective": "lambdarank", "metric": ["ndcg", "map"], "eval_at": list(cuts), "verbose": -1, "num_threads": 1, "min_data_in_leaf": 10**6},
                   data, 1, valid_sets=[data], callbacks=[lightgbm.record_evaluation(result)])
    return {name: float(value[0]) for name, value in result["training"].items()}


def xgboost_metrics(labels, scores, cuts):
    """A booster without trees, from these scores; its map and pre want labels 0 and 1."""
    def evaluate(objective, labels, names):
        data = xgboost.DMatrix(np.zeros((len(labels), 1)), label=labels, base_margin=scores, qid=np.zeros(len(labels), int))
        booster = xgboost.Booster({"objective": objective, "eval_metric": [f"{name}@{cut}" for name in names for cut in cuts], "nthread": 1}, [data])
        return {name.removeprefix("eval-").replace("pre@", "precision@"): float(value)
                for name, value in (entry.rsplit(":", 1) for entry in booster.eval(data).split()[1:])}
    return evaluate("rank:ndcg", labels, ["ndcg"]) | evaluate("rank:map", (labels >= 1).astype(float), ["map", "pre"])


def ranklib(labels, scores, cuts):
    ranked = labels[np.argsort(-scores, kind="stable")]
    places = np.arange(1, len(labels) + 1)
    hits = ranked > 0
    values = {"map": float(np.sum(np.cumsum(hits) / places * hits) / np.sum(hits)) if np.any(hits) else 0.0}
    for cut in cuts:
        gains, discounts = 2.0 ** ranked - 1, 1 / np.log2(places + 1)
        best = float(np.sum((np.sort(gains)[::-1] * discounts)[:cut]))
        stops = gains[:cut] / 16
        first = np.flatnonzero(hits[:cut])
        values |= {f"dcg@{cut}": float(np.sum((gains * discounts)[:cut])),
                   f"ndcg@{cut}": float(np.sum((gains * discounts)[:cut])) / best if best > 0 else 0.0,
                   f"precision@{cut}": float(np.sum(hits[:cut]) / min(cut, len(labels))),
                   f"mrr@{cut}": float(1 / (first[0] + 1)) if len(first) else 0.0,
                   f"err@{cut}": float(sum(stop / (i + 1) * np.prod(1 - stops[:i]) for i, stop in enumerate(stops)))}
    return values


PROGRAMS = {"sklearn": scikit_learn, "trec_eval": trec_eval, "lightgbm": lightgbm_metrics, "xgboost": xgboost_metrics, "ranklib": ranklib}
