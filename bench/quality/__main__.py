"""python -m quality: trains every contender on the bundled data, and writes what it measured (see bench/README.md)."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from quality import contenders, data, metrics, report
from quality.contenders import Contender
from quality.data import Queries

FIXED_SEEDS = range(5)
FOLDS = 5
FOLD_SEEDS = range(10, 15)


def fixed(contender: Contender, train: Queries, test: Queries) -> list[dict[str, float]]:
    """On the data's own split, once for each seed."""
    return [metrics.means(contender.scores(train, test, seed), test) for seed in FIXED_SEEDS]


def _number(value: float) -> float | None:
    """As JSON has it, where a query is left out, too."""
    return None if np.isnan(value) else round(float(value), 6)


def cross_validated(contender: Contender, everything: Queries) -> dict[str, list[float | None]]:
    """For each query the mean over the seeds of its metrics, each from the model that was not trained on it."""
    sums = {name: np.zeros(everything.count) for name in metrics.METRICS}
    for seed in FOLD_SEEDS:
        order = np.random.default_rng(seed).permutation(everything.count)
        for fold in range(FOLDS):
            held_out = np.sort(order[fold::FOLDS])
            train = everything.subset(np.setdiff1d(np.arange(everything.count), held_out))
            test = everything.subset(held_out)
            found = metrics.per_query(contender.scores(train, test, seed), test)
            for name, values in found.items():
                sums[name][held_out] += values
    return {name: [_number(value / len(FOLD_SEEDS)) for value in values] for name, values in sums.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="quality", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="of the repository")
    parser.add_argument("--program", type=Path, required=True, help="the built program ranktape")
    parser.add_argument("--only", default="", help="contenders whose names contain this; the others' results stay")
    parser.add_argument("--output", type=Path, required=True, help="folder for quality.json and quality.md")
    arguments = parser.parse_args()

    train, test = data.bundled(arguments.root)
    everything = data.joined(train, test)
    arguments.output.mkdir(parents=True, exist_ok=True)
    measured = arguments.output / "quality.json"
    results = json.loads(measured.read_text()) if arguments.only and measured.exists() else {}
    for contender in contenders.contenders(arguments.program):
        if arguments.only not in contender.name:
            continue
        results[contender.name] = {
            "reference": contender.reference,
            "fixed": fixed(contender, train, test),
            "cross_validated": cross_validated(contender, everything),
        }
        print(report.line(contender.name, results[contender.name]), flush=True)
        measured.write_text(json.dumps(results) + "\n")
        (arguments.output / "quality.md").write_text(report.document(results))


if __name__ == "__main__":
    main()
