"""Times reading LETOR text against scikit-learn and XGBoost, and opening the binary file.

python bench/data --programs build/release/bench/data    # needs scikit-learn and xgboost; writes bench/results/data.*

Every reading is a process of its own, which measures itself without its start and imports; in each round every reader
has its turn, and the medians of the ratios within the rounds count. scikit-learn takes minutes for a million rows, so it
reads the first tenth, and we the same tenth beside it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("scikit-learn", "xgboost", "numpy", "scipy")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from compare import machine  # noqa: E402

PEER = """
import json, resource, sys, time, warnings
warnings.simplefilter("ignore")
which, path, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
if which == "scikit-learn":
    from sklearn.datasets import load_svmlight_file
    begin = time.perf_counter()
    data = load_svmlight_file(path, query_id=True)
    rows = data[0].shape[0]
else:
    import xgboost
    xgboost.set_config(verbosity=0)
    begin = time.perf_counter()
    data = xgboost.DMatrix(path + "?format=libsvm", nthread=threads)
    rows = data.num_row()
seconds = time.perf_counter() - begin
peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": seconds, "peak_bytes": peak, "rows": rows}))
"""


def run(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


class Readers:
    def __init__(self, programs: Path) -> None:
        self.programs = programs

    def ours(self, path: Path, threads: int, cache: Path | None = None) -> dict[str, Any]:
        extra = [] if cache is None else [str(cache)]
        return run([str(self.programs / "bench_read_dataset"), str(threads), str(path), *extra])

    def peer(self, name: str, path: Path, threads: int) -> dict[str, Any]:
        return run([sys.executable, "-c", PEER, name, str(path), str(threads)])


def make_text(programs: Path, folder: Path, rows: int) -> Path:
    path = folder / f"mslr_{rows}.txt"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        begun = path.with_suffix(".begun")
        subprocess.run([str(programs / "bench_generate_letor"), str(rows), "1", str(begun)], check=True)
        begun.rename(path)
    return path


def compare(readers: Readers, name: str, path: Path, threads: int, peer_threads: int, rounds: int) -> dict[str, Any]:
    ratios, ours, peers = [], [], []
    for _ in range(rounds):
        ours.append(readers.ours(path, threads))
        peers.append(readers.peer(name, path, peer_threads))
        ratios.append(peers[-1]["seconds"] / ours[-1]["seconds"])
    middle = lambda runs, key: statistics.median(run[key] for run in runs)  # noqa: E731
    return {
        "peer": name,
        "rows": ours[0]["rows"],
        "text_bytes": path.stat().st_size,
        "threads": threads,
        "peer_threads": peer_threads,
        "times_faster": round(statistics.median(ratios), 2),
        "ratios": [round(ratio, 2) for ratio in ratios],
        "seconds": round(middle(ours, "seconds"), 3),
        "peer_seconds": round(middle(peers, "seconds"), 3),
        "peak_of_table": round(middle(ours, "peak_bytes") / (ours[0]["rows"] * ours[0]["features"] * 4), 2),
        "peer_peak_of_table": round(middle(peers, "peak_bytes") / (ours[0]["rows"] * ours[0]["features"] * 4), 2),
    }


def markdown(result: dict[str, Any]) -> str:
    lines = ["# Reading data", "", *(f"- {key}: {value}" for key, value in result["machine"].items()), ""]
    lines += [
        "`peak` is the peak of the process's memory, as a multiple of the dense float32 table.",
        "",
        "| text | peer | threads, ours and the peer's | times faster (rounds) | peak | the peer's peak |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in result["readings"]:
        lines.append(
            f"| {row['rows']:,} rows, {row['text_bytes'] / 1e9:.2f} GB | {row['peer']} | {row['threads']}, "
            f"{row['peer_threads']} | **{row['times_faster']}** ({', '.join(map(str, row['ratios']))}) | "
            f"{row['peak_of_table']} | {row['peer_peak_of_table']} |"
        )
    cache = result["cache"]
    lines += [
        "",
        f"The binary file of the largest opens in {cache['cache_opened_seconds'] * 1000:.1f} ms "
        f"(reading the text: {cache['seconds']:.2f} s; writing the file: {cache['cache_written_seconds']:.2f} s).",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, default=ROOT / "build/release/bench/data")
    parser.add_argument("--folder", type=Path, default=ROOT / "build/data", help="for the texts, 1.4 GB")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    readers = Readers(options.programs)
    large = make_text(options.programs, options.folder, options.rows)
    small = make_text(options.programs, options.folder, options.rows // 10)
    threads = os.cpu_count() or 1
    result = {
        "machine": machine.describe(threads) | {"peers": ", ".join(f"{name} {version(name)}" for name in PACKAGES)},
        "readings": [
            compare(readers, "XGBoost", large, threads, threads, options.rounds),
            compare(readers, "XGBoost", small, 1, 1, options.rounds),
            compare(readers, "scikit-learn", small, threads, 1, options.rounds),
            compare(readers, "scikit-learn", small, 1, 1, options.rounds),
        ],
        "cache": readers.ours(large, threads, options.folder / "mslr.cache"),
    }
    result["machine"]["load at the end"] = f"{os.getloadavg()[0]:.2f} over the minute before"
    (ROOT / "bench/results/data.json").write_text(json.dumps(result, indent=1) + "\n")
    (ROOT / "bench/results/data.md").write_text(markdown(result))
    print(markdown(result))


if __name__ == "__main__":
    main()
