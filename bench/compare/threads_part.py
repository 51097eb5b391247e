"""Two threads against one, by the clock on the wall: bar B9. Once as the machine is, once with its last core busy."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from compare.library import Library
from compare.problem import Operation, Regime, Shape, rotating_inputs, settings, strength
from compare.quiet import time_in_quiet
from compare.timing import Contender, Effort, Rounds, time_in_turn

SHAPES = (Shape(1024, 100), Shape(128, 1_000), Shape(65_536, 16))
QUICK_SHAPES = (Shape(1024, 100),)


def shapes(quick: bool) -> tuple[Shape, ...]:
    return QUICK_SHAPES if quick else SHAPES


OPERATIONS = (Operation.RANK_L2, Operation.RANK_KL)

ALONE = "alone"
BUSY = "second core busy"


def with_threads(operation: Operation, threads: int) -> str:
    return f"{operation}, {threads} thread{'s' if threads > 1 else ''}"


def measure(library: Library, effort: Effort, shapes: tuple[Shape, ...]) -> dict[str, Any]:
    if len(os.sched_getaffinity(0)) < 2:
        return {"rounds": {}, "others": {}, "missing": {"threads": "this process may use one core only"}}
    rounds: dict[str, Rounds] = {}
    others: dict[str, float] = {}
    for shape, regime in settings(shapes):
        print(f"  {shape} {regime}", file=sys.stderr, flush=True)
        contenders = list(_contenders(library, shape, regime))
        for neighbours, measure_rounds in ((ALONE, _time), (BUSY, _time_beside_spinner)):
            key = f"{shape} {regime}, {neighbours}"
            measured = time_in_quiet(partial(measure_rounds, contenders, effort))
            rounds[key], others[key] = measured["rounds"], measured["others"]
        library.raise_error()
        library.clear()
    library.set_num_threads(1)
    return {"rounds": rounds, "others": others, "missing": {}}


def _contenders(library: Library, shape: Shape, regime: Regime) -> Iterator[Contender]:
    inputs = rotating_inputs(shape)
    for operation in OPERATIONS:
        level = strength(operation, regime, shape)
        calls = [library.rank(operation, level, case.values, case.cotangent) for case in inputs]
        for threads in (1, 2):
            yield Contender(with_threads(operation, threads), calls, partial(library.set_num_threads, threads))


def _time(contenders: list[Contender], effort: Effort) -> Rounds:
    return time_in_turn(contenders, effort, clock=time.perf_counter_ns)


def _time_beside_spinner(contenders: list[Contender], effort: Effort) -> Rounds:
    with _busy_core():
        return _time(contenders, effort)


@contextmanager
def _busy_core() -> Iterator[None]:
    """A program of its own that spins on the last core, from before the first measurement to after the last."""
    core = max(os.sched_getaffinity(0))
    program = f"import os\nos.sched_setaffinity(0, {{{core}}})\nprint(flush=True)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as spinner:
        try:
            assert spinner.stdout is not None
            spinner.stdout.readline()
            yield
        finally:
            spinner.kill()
