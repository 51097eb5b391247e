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


def train(root: Path, program: Path, loss: str, threads: int, seed: int, model: Path) -> list[float]:
    """The seconds of each epoch, as the program measures them."""
    log = model.with_suffix(".log")
    run = [str(program), "train", "--train", str(root / "examples/data/lightgbm-lambdarank/rank.train.gz")]
    run += ["--loss", loss, "--model", str(model), "--log", str(log), "--epochs", str(EPOCHS), "--seed", str(seed)]
    subprocess.run([*run, "--threads", str(threads), "--quiet"], check=True, stdout=subprocess.DEVNULL)
    events = [json.loads(line) for line in log.read_text().splitlines()]
    return [event["seconds"] for event in events if event["event"] == "epoch"]


def ours(root: Path, program: Path, loss: str, threads: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return statistics.median(train(root, program, loss, threads, 0, Path(folder) / "model")[1:])


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
    """Training alone, from data in memory to a model: seconds, and the quality reached."""
    loss = "soft_ndcg(temperature=1) + 0.3 * spearman"
    train_data, test = data.bundled(root)
    scorer = contenders.lightgbm("lambdarank")
    runs: dict[str, list[tuple[float, dict[str, float]]]] = {f"ranktape, {loss}": [], "LightGBM lambdarank": []}
    with tempfile.TemporaryDirectory() as folder:
        model, scores, text = Path(folder) / "model", Path(folder) / "scores", Path(folder) / "test"
        test.write(text)
        for seed in range(ROUNDS):
            seconds = sum(train(root, program, loss, 1, seed, model))
            predict = ["predict", "--model", str(model), "--data", str(text), "--output", str(scores)]
            subprocess.run([str(program), *predict], check=True)
            runs[f"ranktape, {loss}"].append((seconds, metrics.means(np.loadtxt(scores), test)))
            start = time.perf_counter()
            found = scorer(train_data, test, seed)
            runs["LightGBM lambdarank"].append((time.perf_counter() - start, metrics.means(found, test)))
    rows = []
    for name, results in runs.items():
        row: dict[str, Any] = {"name": name, "seconds": statistics.median(seconds for seconds, _ in results)}
        for metric in ("ndcg@10", "spearman"):
            row[metric] = float(np.mean([values[metric] for _, values in results]))
        print(row, flush=True)
        rows.append(row)
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
    rows += ["", "Training alone, one thread, medians over 5 seeds:", ""]
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
