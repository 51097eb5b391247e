"""Ranking data in the LETOR format, as arrays and as files."""

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Queries:
    """Documents of several queries, in the order of the file."""

    lines: list[str]  # without the end of line
    features: np.ndarray  # [documents, features] float32
    labels: np.ndarray  # [documents]
    sizes: np.ndarray  # documents of each query

    @property
    def count(self) -> int:
        return len(self.sizes)

    @property
    def offsets(self) -> np.ndarray:
        return np.concatenate([[0], np.cumsum(self.sizes)])

    def lists(self, values: np.ndarray) -> list[np.ndarray]:
        """Values of documents, one array a query."""
        return np.split(values, self.offsets[1:-1])

    def subset(self, queries: np.ndarray) -> "Queries":
        offsets = self.offsets
        rows = np.concatenate([np.arange(offsets[q], offsets[q + 1]) for q in queries])
        return Queries([self.lines[r] for r in rows], self.features[rows], self.labels[rows], self.sizes[queries])

    def write(self, path: Path) -> None:
        """With a qid for every document, so that the file needs no other."""
        of_document = np.repeat(np.arange(self.count), self.sizes)
        with path.open("w") as file:
            for line, query in zip(self.lines, of_document, strict=True):
                label, rest = line.split(" ", 1)
                file.write(f"{label} qid:{query} {rest}\n")


def joined(a: Queries, b: Queries) -> Queries:
    return Queries(
        a.lines + b.lines,
        np.concatenate([a.features, b.features]),
        np.concatenate([a.labels, b.labels]),
        np.concatenate([a.sizes, b.sizes]),
    )


def read(path: Path, width: int) -> Queries:
    """A gzip file of LABEL INDEX:VALUE ... with the queries' sizes in `<path without .gz>.query`."""
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    features = np.zeros((len(lines), width), dtype=np.float32)
    labels = np.zeros(len(lines))
    for row, line in enumerate(lines):
        label, *entries = line.split()
        labels[row] = float(label)
        for entry in entries:
            index, value = entry.split(":")
            features[row, int(index) - 1] = float(value)
    sizes = np.loadtxt(path.with_suffix(".query"), dtype=np.int64)
    return Queries(lines, features, labels, sizes)


def bundled(root: Path) -> tuple[Queries, Queries]:
    folder = root / "examples/data/lightgbm-lambdarank"
    return read(folder / "rank.train.gz", 300), read(folder / "rank.test.gz", 300)
