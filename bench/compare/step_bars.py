"""Bars B9 to B14: threads, the training step, the tape, and what the tests check."""

import statistics
from collections.abc import Callable, Iterator
from typing import Any

from compare import tape_part, threads_part, training_part
from compare.bars import Measured, NotMeasured, Parts, Row, part_of
from compare.problem import Regime
from compare.quiet import was_quiet
from compare.timing import Rounds, ratio


def _rounds(part: Any, key: str, names: tuple[str, ...]) -> Rounds:
    if key not in part["rounds"]:
        raise NotMeasured(part["missing"].get(key) or part["missing"].get("threads") or f"{key} was not run")
    others = part.get("others", {}).get(key, 0.0)
    if not was_quiet(others):
        raise NotMeasured(f"other programs took {others:g} cores meanwhile ({key}): run it on a quiet machine")
    rounds: Rounds = part["rounds"][key]
    for name in names:
        if name not in rounds:
            raise NotMeasured(part["missing"].get(name, f"{name} was not run"))
    return rounds


def _thread_rows() -> Iterator[Row]:
    def alone(one: list[float], two: list[float]) -> float:
        return min(one) / min(two)  # a neighbour can only lengthen a time on the wall

    def busy(one: list[float], two: list[float]) -> float:
        return statistics.median(two) / statistics.median(one)

    shapes = ", ".join(map(str, threads_part.SHAPES))
    yield Row(
        "B9",
        f"1 thread / 2 threads (minima), worst of {shapes}",
        True,
        1.6,
        1.9,
        _worst(threads_part.ALONE, alone, min),
    )
    yield Row(
        "B9",
        "2 threads / 1 thread (medians), second core busy, worst",
        False,
        1.15,
        1.05,
        _worst(threads_part.BUSY, busy, max),
    )


def _worst(
    neighbours: str, compare: Callable[[list[float], list[float]], float], choose: Callable[..., Measured]
) -> Callable[[Parts], Measured]:
    def measure(parts: Parts) -> Measured:
        part = part_of(parts, "threads")
        candidates = []
        for shape in threads_part.SHAPES:
            for regime in Regime:
                setting = f"{shape} {regime}"
                for operation in threads_part.OPERATIONS:
                    names = tuple(threads_part.with_threads(operation, threads) for threads in (1, 2))
                    rounds = _rounds(part, f"{setting}, {neighbours}", names)
                    value = compare(*(rounds[name] for name in names))
                    candidates.append(Measured(value, f"{operation} {setting}"))
        return choose(candidates, key=lambda measured: measured.value)

    return measure


def _step_ratio(numerator: str, denominator: str) -> Callable[[Parts], Measured]:
    def measure(parts: Parts) -> Measured:
        rounds = _rounds(part_of(parts, "training"), "step", (numerator, denominator))
        return Measured(ratio(rounds, numerator, denominator))

    return measure


def _ratio_of_minima(numerator: str, denominator: str) -> Callable[[Parts], Measured]:
    """On the wall a neighbour can only lengthen a time; PyTorch's threads then wait for each other for 100 ms."""

    def measure(parts: Parts) -> Measured:
        rounds = _rounds(part_of(parts, "training-two-threads"), "step", (numerator, denominator))
        return Measured(min(rounds[numerator]) / min(rounds[denominator]))

    return measure


def _share_of_loss_and_optimizer(parts: Parts) -> Measured:
    names = (training_part.LOSS, training_part.OPTIMIZER, training_part.LIBRARY)
    rounds = _rounds(part_of(parts, "training"), "step", names)
    shares = [
        (loss + optimizer) / step for loss, optimizer, step in zip(*(rounds[name] for name in names), strict=True)
    ]
    return Measured(statistics.median(shares))


def _training_rows() -> Iterator[Row]:
    library, hand, torch = training_part.LIBRARY, training_part.HAND_WRITTEN, training_part.TORCH
    yield Row("B10", "training step / the same by hand, 1 thread", False, 1.15, 1.05, _step_ratio(library, hand))
    yield Row("B10", "PyTorch eager / training step, 1 thread", True, 1.8, 2.2, _step_ratio(torch, library))
    yield Row(
        "B10", "PyTorch eager / training step, 2 threads (minima)", True, 2.8, 3.4, _ratio_of_minima(torch, library)
    )
    yield Row("B11", "rank loss and optimizer / training step", False, 0.05, 0.02, _share_of_loss_and_optimizer)


def _program(program: str, benchmark: str, scale: float) -> Callable[[Parts], Measured]:
    """A median of Google Benchmark's, in nanoseconds times `scale`."""

    def measure(parts: Parts) -> Measured:
        nanoseconds = {"ns": 1.0, "us": 1e3, "ms": 1e6}
        for result in part_of(parts, "programs").get(program, {}).get("benchmarks", []):
            if result["run_name"] == benchmark and result.get("aggregate_name") == "median":
                return Measured(result["cpu_time"] * nanoseconds[result["time_unit"]] * scale)
        raise NotMeasured("run bash bench/run.sh programs")

    return measure


def _eager_ratio(elements: int) -> Callable[[Parts], Measured]:
    def measure(parts: Parts) -> Measured:
        rounds = _rounds(part_of(parts, "tape"), str(elements), (tape_part.TORCH, tape_part.OURS))
        return Measured(ratio(rounds, tape_part.TORCH, tape_part.OURS))

    return measure


def _tape_rows() -> Iterator[Row]:
    table = ((1, "one number", 60, 15), (32, "32 numbers", 80, 25))
    for elements, numbers, required, stretch in table:
        what = f"tape: forward and backward of an operation on {numbers}"
        measure = _program(
            "tape", f"chain/elements:{elements}/operations:{tape_part.OPERATIONS}", 1 / tape_part.OPERATIONS
        )
        yield Row("B12", what, False, required, stretch, measure, "ns")
    for elements, numbers, *_ in table:
        yield Row("B12", f"PyTorch eager / tape, {numbers}", True, 60, None, _eager_ratio(elements))


def _call_rows() -> Iterator[Row]:
    for regime in Regime:
        measure = _program("rank", f"soft_rank_l2/{regime}/1x100", 1e-3)
        yield Row("B14", f"soft_rank l2 1x100 {regime}, a call in C++", False, 1.5, 0.5, measure, "µs")


def step_rows() -> list[Row]:
    return [*_thread_rows(), *_training_rows(), *_tape_rows(), *_call_rows()]


# Bars of which a test fails, rather than a figure falls short.
CHECKED_BY_TESTS = {
    "B13": "float32 against float64, same blocks, no NaN: tests/accuracy.cpp",
    "B14": "no heap allocation per step after the first: tests/memory.cpp",
}
