"""What is computed: an operation on an array of rows, in a regime, on rotating inputs."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

FloatArray = np.ndarray[tuple[int, ...], np.dtype[np.floating]]


class Operation(StrEnum):
    """Named as in bench/rank_operations.hpp."""

    RANK_L2 = "soft_rank_l2"
    RANK_KL = "soft_rank_kl"
    SORT_L2 = "soft_sort_l2"
    SORT_KL = "soft_sort_kl"
    LAPSUM_SORT = "lapsum_sort"

    @property
    def regularization(self) -> str:
        return self.value.rpartition("_")[2]

    @property
    def sorts(self) -> bool:
        return self in (Operation.SORT_L2, Operation.SORT_KL)


PERMUTAHEDRON = (Operation.RANK_L2, Operation.RANK_KL, Operation.SORT_L2, Operation.SORT_KL)


class Regime(StrEnum):
    """How many blocks isotonic regression makes of normal scores decides what it costs."""

    EPS1 = "eps1"  # strength 1: for soft_rank of many scores one block, for soft_sort nearly n
    MID = "mid"  # blocks of some twenty, whose ends no branch predictor guesses: the dearest


@dataclass(frozen=True)
class Shape:
    rows: int
    columns: int

    def __str__(self) -> str:
        return f"{self.rows}x{self.columns}"

    @property
    def elements(self) -> int:
        return self.rows * self.columns


def strength(operation: Operation, regime: Regime, shape: Shape) -> float:
    if regime is Regime.EPS1:
        return 1.0
    return shape.columns / 4 if operation.sorts else 4 / shape.columns


@dataclass(frozen=True)
class Input:
    values: FloatArray
    cotangent: FloatArray


# One row of a few thousand numbers, given again and again, would be learnt by the branch predictor: at 1x100 the
# library would look 1.5 times as fast as on fresh rows.
FRESH_ELEMENTS = 200_000


def rotating_inputs(shape: Shape, seed: int = 1) -> list[Input]:
    """So many different inputs that nothing in the processor remembers one until its turn comes again."""
    random = np.random.default_rng(seed)

    def draw() -> FloatArray:
        return random.standard_normal((shape.rows, shape.columns), dtype=np.float32)

    count = max(2, -(-FRESH_ELEMENTS // shape.elements))
    return [Input(draw(), draw()) for _ in range(count)]


def settings(shapes: tuple[Shape, ...]) -> Iterator[tuple[Shape, Regime]]:
    for shape in shapes:
        for regime in Regime:
            yield shape, regime
