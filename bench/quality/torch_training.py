"""The same training in PyTorch: model, batches, optimizer and loss, as a person would write it there.

Run as a program: trains on the bundled data, and prints the seconds of each epoch as JSON. Queries are padded to the
longest of the data once, before the clock starts; every loss is over all lists of a batch at once.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from quality import data
from quality.data import Queries
from torch import Tensor, nn

BATCH = 16


def _standardised(queries: Queries) -> np.ndarray:
    mean, deviation = queries.features.mean(0), queries.features.std(0)
    return (queries.features - mean) / np.where(deviation > 1e-12, deviation, 1)


def _padded(queries: Queries) -> tuple[Tensor, Tensor, Tensor]:
    rows = _standardised(queries)
    useful = [q for q, labels in enumerate(queries.lists(queries.labels)) if len(np.unique(labels)) > 1]
    longest = int(queries.sizes[useful].max())
    features = torch.zeros(len(useful), longest, rows.shape[1])
    labels = torch.zeros(len(useful), longest)
    mask = torch.zeros(len(useful), longest, dtype=torch.bool)
    offsets = queries.offsets
    for i, q in enumerate(useful):
        n = int(queries.sizes[q])
        features[i, :n] = torch.from_numpy(rows[offsets[q] : offsets[q + 1]])
        labels[i, :n] = torch.from_numpy(queries.labels[offsets[q] : offsets[q + 1]])
        mask[i, :n] = True
    return features, labels, mask


def _pairs(scores: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    return scores[:, :, None] - scores[:, None, :], mask[:, :, None] & mask[:, None, :]


def soft_ndcg(scores: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
    differences, both = _pairs(scores, mask)
    ranks = 0.5 + (torch.sigmoid(-differences / 0.3) * both).sum(2)
    gains = (2**labels - 1) * mask
    discounts = 1 / torch.log2(2 + torch.arange(labels.shape[1]))
    best = (gains.sort(1, descending=True).values * discounts).sum(1)
    found = (gains / torch.log2(1 + ranks)).sum(1)
    return 1 - (found / best.clamp_min(1e-12)).mean()


def ranknet(scores: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
    differences, both = _pairs(scores, mask)
    wanted = both & (labels[:, :, None] > labels[:, None, :])
    losses = nn.functional.softplus(-differences) * wanted
    return (losses.sum((1, 2)) / wanted.sum((1, 2)).clamp_min(1)).mean()


def lambdarank(scores: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
    differences, both = _pairs(scores, mask)
    with torch.no_grad():
        order = scores.masked_fill(~mask, -torch.inf).argsort(dim=1, descending=True, stable=True)
        ranks = torch.empty_like(order).scatter_(1, order, torch.arange(labels.shape[1]).expand_as(order))
        discounts = 1 / torch.log2(2.0 + ranks)
        gains = (2**labels - 1) * mask
        ideal = 1 / torch.log2(2 + torch.arange(labels.shape[1]))
        best = (gains.sort(1, descending=True).values * ideal).sum(1).clamp_min(1e-12)
        change = (gains[:, :, None] - gains[:, None, :]).abs() * (discounts[:, :, None] - discounts[:, None, :]).abs()
        weights = change / best[:, None, None] * (both & (labels[:, :, None] > labels[:, None, :]))
    return (weights * nn.functional.softplus(-differences)).sum((1, 2)).mean()


def softmax(scores: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
    logarithms = scores.masked_fill(~mask, -torch.inf).log_softmax(1).masked_fill(~mask, 0)
    return -(labels * logarithms).sum(1).mean()


def mse(scores: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
    return (((scores - labels) ** 2) * mask).sum() / mask.sum()


LOSSES: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "soft_ndcg": soft_ndcg,
    "lambdarank": lambdarank,
    "ranknet": ranknet,
    "softmax": softmax,
    "mse": mse,
}


def epoch_seconds(train: Queries, loss: str, epochs: int) -> list[float]:
    torch.manual_seed(0)
    features, labels, mask = _padded(train)
    model = nn.Sequential(nn.Linear(300, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    seconds = []
    for _ in range(epochs):
        start = time.perf_counter()
        for chosen in torch.randperm(len(features)).split(BATCH):
            optimizer.zero_grad(set_to_none=True)
            length = int(mask[chosen].sum(1).max())
            scores = model(features[chosen, :length]).squeeze(2)
            LOSSES[loss](scores, labels[chosen, :length], mask[chosen, :length]).backward()
            optimizer.step()
        seconds.append(time.perf_counter() - start)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--loss", choices=LOSSES, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    train, _ = data.bundled(arguments.root)
    print(json.dumps(epoch_seconds(train, arguments.loss, arguments.epochs)))


if __name__ == "__main__":
    main()
