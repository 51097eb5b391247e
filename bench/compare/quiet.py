"""What is timed by the clock on the wall says something only where no other program wants the cores meanwhile."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from compare.timing import Rounds

# Of one core, on average over the measurement. More, and two threads do not have two cores.
TOLERABLE = 0.15
ATTEMPTS = 3


def time_in_quiet(measure: Callable[[], Rounds]) -> dict[str, Any]:
    """The least disturbed of a few attempts: its rounds, and how many cores other programs took meanwhile."""
    attempts: list[dict[str, Any]] = []
    while not attempts or (len(attempts) < ATTEMPTS and attempts[-1]["others"] > TOLERABLE):
        clock, all_programs, ours = time.perf_counter(), _seconds_of_all(), _seconds_of_ours()
        rounds = measure()
        elapsed = time.perf_counter() - clock
        others = (_seconds_of_all() - all_programs - (_seconds_of_ours() - ours)) / elapsed
        attempts.append({"rounds": rounds, "others": max(0.0, round(others, 3))})
    return min(attempts, key=lambda attempt: attempt["others"])


def was_quiet(others: float) -> bool:
    return others <= TOLERABLE


def _seconds_of_all() -> float:
    """What all programs have taken of all cores since the system started."""
    user, nice, system, _idle, _waiting, *interrupts = map(
        int, Path("/proc/stat").read_text().split("\n")[0].split()[1:9]
    )
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def _seconds_of_ours() -> float:
    """This process and the children that it has waited for."""
    return sum(os.times()[:4])
