"""A training step against PyTorch's and against the same step by hand: bars B10 and B11.

An MLP 136-64-32-1 on 32 queries of 100 documents, a Spearman loss (soft_rank l2, strength 0.1), Adam: bench/training.
All sides begin with the same parameters, take the same batches in turn, and must find the same losses.
"""

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from compare.agreement import Disagreement
from compare.library import Library
from compare.problem import FloatArray
from compare.quiet import time_in_quiet
from compare.timing import Contender, Effort, time_in_turn

LIBRARY = "ranktape"
HAND_WRITTEN = "by hand"
TORCH = "PyTorch eager, torchsort, fused Adam"
LOSS = "ranktape, rank loss alone"
OPTIMIZER = "ranktape, Adam alone"

# As in bench/training/steps.hpp.
LAYERS = (136, 64, 32, 1)
QUERIES, DOCUMENTS = 32, 100
BATCHES = 8
STRENGTH = 0.1
LEARNING_RATE = 1e-9

# Float32 products of 136 terms, summed in different orders.
LOSS_TOLERANCE = 1e-4


class TorchStep:
    """What a user of PyTorch would write: eager mode, its fastest Adam; the targets are ranked beforehand."""

    def __init__(self, library: Library) -> None:
        import torch
        import torchsort

        self._soft_rank = torchsort.soft_rank
        self._model = _torch_model(library)
        self._optimizer = torch.optim.Adam(self._model.parameters(), lr=LEARNING_RATE, fused=True)
        batches = [_batch(library, batch) for batch in range(BATCHES)]
        self._features = [torch.tensor(features) for features, _ in batches]
        self._slopes = [torch.tensor(_slopes(targets)) for _, targets in batches]
        self._batch = 0
        self.loss = float("nan")

    def step(self) -> None:
        self._optimizer.zero_grad()
        scores = self._model(self._features[self._batch]).view(QUERIES, DOCUMENTS)
        ranks = self._soft_rank(scores, regularization_strength=STRENGTH)
        loss = 1 - (ranks * self._slopes[self._batch]).sum()
        loss.backward()
        self._optimizer.step()
        self.loss = loss.item()
        self._batch = (self._batch + 1) % BATCHES


def _torch_model(library: Library) -> Any:
    import torch

    values = torch.tensor(library.training_parameters(sum((width + 1) * next_ for width, next_ in pairwise(LAYERS))))
    modules: list[torch.nn.Module] = []
    for inputs, outputs in pairwise(LAYERS):
        layer = torch.nn.Linear(inputs, outputs)
        weight, bias, values = values.split([inputs * outputs, outputs, values.numel() - (inputs + 1) * outputs])
        with torch.no_grad():
            layer.weight.copy_(weight.view(inputs, outputs).T)
            layer.bias.copy_(bias)
        modules += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*modules[:-1])


def _batch(library: Library, batch: int) -> tuple[FloatArray, FloatArray]:
    return library.training_batch(batch, (QUERIES * DOCUMENTS, LAYERS[0]), (QUERIES, DOCUMENTS))


def _slopes(targets: FloatArray) -> FloatArray:
    """How 1 - loss grows with each soft rank: the centred mid-ranks of the targets, divided by the norms."""
    less = (targets[:, None, :] < targets[:, :, None]).sum(2)
    equal = (targets[:, None, :] == targets[:, :, None]).sum(2)
    centred = less + (equal + 1) / 2 - (DOCUMENTS + 1) / 2
    hard_norm = np.sqrt(DOCUMENTS * (DOCUMENTS**2 - 1) / 12)
    slopes = centred / (np.linalg.norm(centred, axis=1, keepdims=True) * hard_norm * QUERIES)
    return slopes.astype(np.float32)


def measure(library: Library, effort: Effort, threads: int) -> dict[str, Any]:
    missing: dict[str, str] = {}
    library.set_num_threads(threads)
    sides: dict[str, tuple[Callable[[], object], Callable[[], float]]] = {
        LIBRARY: (library.library_step(), library.training_loss),
        HAND_WRITTEN: (library.hand_written_step(), library.training_loss),
    }
    try:
        import torch

        torch.set_num_threads(threads)
        torch_step = TorchStep(library)
        sides[TORCH] = torch_step.step, lambda: torch_step.loss
    except ImportError as error:
        missing[TORCH] = f"{error}; run bash bench/run.sh peers"
    _check_losses(sides)
    contenders = [Contender(name, [step]) for name, (step, _) in sides.items()]
    contenders += _parts_of_the_step(library)
    if threads == 1:
        measured: dict[str, Any] = {"rounds": time_in_turn(contenders, effort)}
    else:
        measured = time_in_quiet(lambda: time_in_turn(contenders, effort, clock=time.perf_counter_ns))
    library.raise_error()
    library.clear()
    by_key = {name: {"step": value} for name, value in measured.items()}
    return {**by_key, "missing": missing}


def _check_losses(sides: dict[str, tuple[Callable[[], object], Callable[[], float]]]) -> None:
    for batch in range(BATCHES):
        losses = {}
        for name, (step, loss) in sides.items():
            step()
            losses[name] = loss()
        if max(losses.values()) - min(losses.values()) > LOSS_TOLERANCE:
            raise Disagreement(f"batch {batch} has different losses, which must be explained first: {losses}")


def _parts_of_the_step(library: Library) -> list[Contender]:
    random = np.random.default_rng(3)
    losses = []
    for batch in range(BATCHES):
        scores = random.standard_normal((QUERIES, DOCUMENTS), dtype=np.float32)
        losses.append(library.spearman(STRENGTH, scores, _batch(library, batch)[1]))
    return [Contender(LOSS, losses), Contender(OPTIMIZER, [library.adam(LAYERS)])]
