"""A bar that performance is held to: what is required, what was thought to be in reach at best, and what is reached.

Where the numbers come from: prototypes and peers, measured on two cores of a Sapphire Rapids server before the library
was written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# What was measured, by part: the content of the files that `python -m compare PART` writes.
Parts = dict[str, Any]


class NotMeasured(Exception):
    """Says why."""


@dataclass(frozen=True)
class Measured:
    value: float
    where: str = ""  # of several settings, the one that decides


@dataclass(frozen=True)
class Row:
    bar: str
    what: str
    at_least: bool
    required: float
    stretch: float | None
    measure: Callable[[Parts], Measured]
    unit: str = ""

    def verdict(self, value: float) -> str:
        if self.stretch is not None and self._holds(value, self.stretch):
            return "stretch"
        return "reached" if self._holds(value, self.required) else "MISSED"

    def _holds(self, value: float, bound: float) -> bool:
        return value >= bound if self.at_least else value <= bound


def part_of(parts: Parts, name: str) -> Any:
    if name not in parts:
        raise NotMeasured(f"run bash bench/run.sh {name.partition('-')[0]}")  # training-two-threads is half of training
    return parts[name]
