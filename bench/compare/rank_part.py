"""Ranking operations against the sort that they contain and against every peer: bars B1 to B8."""

import sys
from collections.abc import Iterator
from typing import Any

from compare.agreement import Disagreement, check_agreement
from compare.library import Library
from compare.peers import Peer, available_peers
from compare.problem import Input, Operation, Regime, Shape, rotating_inputs, settings, strength
from compare.timing import Contender, Effort, Rounds, time_in_turn

SHAPES = (
    Shape(1, 100),
    Shape(1, 1_000),
    Shape(1, 10_000),
    Shape(1, 100_000),
    Shape(1, 1_000_000),
    Shape(32, 100),
    Shape(128, 100),
    Shape(1024, 100),
    Shape(128, 1_000),
    Shape(4096, 16),
    Shape(65_536, 16),
)
QUICK_SHAPES = (Shape(1, 100), Shape(1, 1_000), Shape(32, 100), Shape(4096, 16))


def shapes(quick: bool) -> tuple[Shape, ...]:
    return QUICK_SHAPES if quick else SHAPES


FLOOR = "sort floor"


def ours(operation: Operation) -> str:
    return f"ranktape {operation}"


def theirs(peer: str, operation: Operation) -> str:
    return f"{peer} {operation}"


def measure(library: Library, effort: Effort, shapes: tuple[Shape, ...]) -> dict[str, Any]:
    """What is not measured is left out, with a reason under its name in `missing`."""
    library.set_num_threads(1)
    peers, missing = available_peers()
    rounds: dict[str, Rounds] = {}
    agreements: dict[str, dict[str, float | None]] = {}
    for shape, regime in settings(shapes):
        key = f"{shape} {regime}"
        print(f"  {key}", file=sys.stderr, flush=True)
        inputs = rotating_inputs(shape)
        agreeing = []
        for peer, operation in _comparisons(peers, shape):
            name = theirs(peer.name, operation)
            try:
                agreement = check_agreement(library, peer, operation, strength(operation, regime, shape), inputs[0])
            except Disagreement as disagreement:
                missing[f"{name}, {key}"] = str(disagreement)
            else:
                agreeing.append((peer, operation))
                agreements[f"{name}, {key}"] = agreement.to_json()
        contenders = list(_contenders(library, agreeing, inputs, regime, shape))
        rounds[key] = time_in_turn(contenders, effort)
        library.raise_error()
        library.clear()
    return {"rounds": rounds, "agreement": agreements, "missing": missing}


def _comparisons(peers: list[Peer], shape: Shape) -> Iterator[tuple[Peer, Operation]]:
    for peer in peers:
        for operation in peer.operations:
            if peer.takes(operation, shape):
                yield peer, operation


def _contenders(
    library: Library, peers: list[tuple[Peer, Operation]], inputs: list[Input], regime: Regime, shape: Shape
) -> Iterator[Contender]:
    yield Contender(FLOOR, [library.sort_floor(case.values) for case in inputs])
    for operation in Operation:
        level = strength(operation, regime, shape)
        calls = [library.rank(operation, level, case.values, case.cotangent) for case in inputs]
        yield Contender(ours(operation), calls)
    for peer, operation in peers:
        level = strength(operation, regime, shape)
        calls = [peer.call(operation, level, case.values, case.cotangent) for case in inputs]
        yield Contender(theirs(peer.name, operation), calls)
