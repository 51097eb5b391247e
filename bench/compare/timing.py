"""Times contenders in turn: each round gives every one of them a turn of some milliseconds on the same processor.

What the machine does meanwhile (a neighbour, the clock) then hits all alike, and the ratio of two of them is taken
within each round. With one thread, process CPU time is measured: what other programs take does not count.
"""

import gc
import itertools
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Call = Callable[[], object]


@dataclass(frozen=True)
class Contender:
    """Calls that differ in their inputs alone, used in turn; `before` prepares each turn (say, sets the threads)."""

    name: str
    calls: Sequence[Call]
    before: Call | None = None


@dataclass(frozen=True)
class Effort:
    rounds: int
    turn_seconds: float


BY_CPU_TIME = Effort(rounds=11, turn_seconds=0.012)

# Where every program of the machine can lengthen a turn, there are more of them.
ON_THE_WALL = Effort(rounds=41, turn_seconds=0.006)
QUICK = Effort(rounds=3, turn_seconds=0.002)

# Microseconds per call, a number per round.
Rounds = dict[str, list[float]]


def pin_to_one_core() -> None:
    """Before any library starts its threads: they inherit it."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def time_in_turn(
    contenders: Sequence[Contender], effort: Effort, clock: Callable[[], int] = time.process_time_ns
) -> Rounds:
    """Microseconds per call of each contender, in each round."""
    turns = [_Turn(contender, effort, clock) for contender in contenders]
    rounds: Rounds = {turn.contender.name: [] for turn in turns}
    gc.collect()
    gc.disable()
    try:
        for _ in range(effort.rounds):
            for turn in turns:
                rounds[turn.contender.name].append(turn.take())
    finally:
        gc.enable()
    return rounds


class _Turn:
    """A contender and the number of its calls that fill a turn."""

    def __init__(self, contender: Contender, effort: Effort, clock: Callable[[], int]) -> None:
        self.contender = contender
        self._clock = clock
        self._calls = itertools.cycle(contender.calls)
        self._count = 1
        self.take()  # the first is for caches and lazy beginnings
        wanted = effort.turn_seconds * 1e6
        while (spent := self.take() * self._count) < wanted / 2:
            self._count *= 2
        self._count = max(1, round(self._count * wanted / spent))

    def take(self) -> float:
        if self.contender.before is not None:
            self.contender.before()
            next(self._calls)()
        calls = itertools.islice(self._calls, self._count)
        begin = self._clock()
        for call in calls:
            call()
        return (self._clock() - begin) / self._count / 1000


def ratio(rounds: Rounds, numerator: str, denominator: str) -> float:
    """The median of the ratios within each round."""
    return statistics.median(a / b for a, b in zip(rounds[numerator], rounds[denominator], strict=True))
