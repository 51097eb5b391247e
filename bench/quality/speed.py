"""python -m quality.speed: seconds of an epoch beside PyTorch, and of a whole training beside LightGBM.

Programs of their own, in turn; the medians of all rounds. Epochs without the first, in which memory is fetched.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from quality import contenders, data, metrics, torch_training

ROUNDS = 5
EPOCHS = 21


def ours(root: Path, program: Path, loss: str, threads: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        files = ["--train", str(root / "examples/data/lightgbm-lambdarank/rank.train.gz"), "--log", str(log)]
        run = [str(program), "train", *files, "--loss", loss, "--model", str(Path(folder) / "model")]
        run += ["--epochs", str(EPOCHS), "--threads", str(threads), "--quiet"]
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
        events = [json.loads(line) for line in log.read_text().splitlines()]
    return statistics.median([event["seconds"] for event in events if event["event"] == "epoch"][1:])


def theirs(root: Path, loss: str, threads: int) -> float:
    run = [sys.executable, "-m", "quality.torch_training", "--root", str(root), "--loss", loss]
    run += ["--threads", str(threads), "--epochs", str(EPOCHS)]
    found = subprocess.run(run, check=True, capture_output=True, text=True)
    return statistics.median(json.loads(found.stdout)[1:])


def beside_torch(root: Path, program: Path) -> list[dict[str, Any]]:
    rows = []
    for threads in (1, 2):
        for loss in torch_training.LOSSES:
            pairs = [(ours(root, program, loss, threads), theirs(root, loss, threads)) for _ in range(ROUNDS)]
            row = {
                "loss": loss,
                "threads": threads,
                "seconds": statistics.median(mine for mine, _ in pairs),
                "torch_seconds": statistics.median(other for _, other in pairs),
                "ratio": statistics.median(other / mine for mine, other in pairs),
            }
            print(f"{loss:<12} {threads} threads  {row['ratio']:.1f} times as fast as PyTorch", flush=True)
            rows.append(row)
    return rows


def beside_lightgbm(root: Path, program: Path) -> list[dict[str, Any]]:
    """Whole programs, from files to a model: seconds, and the quality reached."""
    train, test = data.bundled(root)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        train.write(Path(folder) / "train")
        test.write(Path(folder) / "test")
        for name, scorer in {
            "ranktape, soft NDCG + 0.3 Spearman": contenders.ranktape(
                program, "soft_ndcg(temperature=1) + 0.3 * spearman", "--threads", "1"
            ),
            "LightGBM lambdarank": contenders.lightgbm("lambdarank"),
        }.items():
            seconds, found = [], []
            for seed in range(ROUNDS):
                start = time.perf_counter()
                scores = scorer(train, test, seed)
                seconds.append(time.perf_counter() - start)
                found.append(metrics.means(scores, test))
            rows.append(
                {
                    "name": name,
                    "seconds": statistics.median(seconds),
                    "ndcg@10": float(np.mean([values["ndcg@10"] for values in found])),
                    "spearman": float(np.mean([values["spearman"] for values in found])),
                }
            )
            print(rows[-1], flush=True)
    return rows


def document(results: dict[str, Any]) -> str:
    rows = [
        "# How long a training takes",
        "",
        "Made by `bash bench/quality.sh speed`, on LightGBM's example data; MLP of 64 and 32 hidden values, batches of 16",
        "queries, Adam at 1e-3 (PyTorch: fused). Medians of programs run in turn.",
        "",
        "| loss | threads | epoch, ranktape | epoch, PyTorch | times as fast |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in results["torch"]:
        mine, other = 1e3 * row["seconds"], 1e3 * row["torch_seconds"]
        rows.append(f"| {row['loss']} | {row['threads']} | {mine:.1f} ms | {other:.1f} ms | {row['ratio']:.1f} |")
    rows += ["", "From files to scores of the test data, one thread:", ""]
    rows += ["| trainer | seconds | NDCG@10 | Spearman |", "| --- | --- | --- | --- |"]
    for row in results["lightgbm"]:
        rows.append(f"| {row['name']} | {row['seconds']:.2f} | {row['ndcg@10']:.3f} | {row['spearman']:.3f} |")
    return "\n".join([*rows, ""])


def main() -> None:
    parser = argparse.ArgumentParser(prog="quality.speed", description=__doc__)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    results = {
        "lightgbm": beside_lightgbm(arguments.root, arguments.program),
        "torch": beside_torch(arguments.root, arguments.program),
    }
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "training_time.json").write_text(json.dumps(results, indent=1) + "\n")
    (arguments.output / "training_time.md").write_text(document(results))


if __name__ == "__main__":
    main()
