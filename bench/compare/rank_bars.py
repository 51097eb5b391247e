"""Bars B1 to B8: ranking operations against the sort inside them, against the peers, and kl against l2."""

from collections.abc import Callable, Iterator

from compare import rank_part
from compare.bars import Measured, NotMeasured, Parts, Row, part_of
from compare.problem import PERMUTAHEDRON, Operation, Regime, Shape
from compare.rank_part import FLOOR, ours, theirs
from compare.timing import ratio


def _ratio(parts: Parts, shape: Shape, regime: Regime, numerator: str, denominator: str) -> float:
    part = part_of(parts, "rank")
    key = f"{shape} {regime}"
    rounds = part["rounds"].get(key, {})
    for name in (numerator, denominator):
        if name not in rounds:
            peer = name.split()[0]
            missing = part["missing"]
            raise NotMeasured(missing.get(f"{name}, {key}") or missing.get(peer) or f"{name} was not run at {key}")
    return ratio(rounds, numerator, denominator)


def _at(shape: Shape, regime: Regime, numerator: str, denominator: str) -> Callable[[Parts], Measured]:
    return lambda parts: Measured(_ratio(parts, shape, regime, numerator, denominator))


def _sort_floor_rows() -> Iterator[Row]:
    numerator = ours(Operation.RANK_L2)
    table = (
        ("B1", Shape(1, 1_000_000), (1.5, 1.15), (3.4, 2.5)),
        ("B2", Shape(1, 100_000), (1.4, 1.0), (2.4, 1.8)),
        ("B2", Shape(1, 1_000), (1.5, 1.0), (2.6, 1.8)),
        ("B2", Shape(1, 10_000), (1.5, 1.0), (2.6, 1.8)),
        ("B2", Shape(128, 1_000), (1.8, 1.0), (3.2, 1.8)),
        ("B3", Shape(1024, 100), (1.3, 0.8), (2.4, 1.4)),
        ("B3", Shape(4096, 16), (0.5, 0.3), (0.75, 0.35)),
        ("B3", Shape(65_536, 16), (0.5, 0.3), (0.75, 0.35)),
    )
    for bar, shape, *bounds in table:
        for regime, (required, stretch) in zip(Regime, bounds, strict=True):
            what = f"soft_rank l2 {shape} {regime} / sort of its keys"
            yield Row(bar, what, False, required, stretch, _at(shape, regime, numerator, FLOOR))


def _torchsort_rank_rows() -> Iterator[Row]:
    numerator, denominator = theirs("torchsort", Operation.RANK_L2), ours(Operation.RANK_L2)
    table = (
        ("B4", Shape(1, 100), (30, 60), (30, 60)),
        ("B4", Shape(1, 1_000), (16, 30), (10, 18)),
        ("B4", Shape(1, 10_000), (9, 15), (6.5, 11)),
        ("B4", Shape(1, 1_000_000), (8, 13), (4, 6)),
        ("B5", Shape(32, 100), (9, 15), (6, 10)),
        ("B5", Shape(1024, 100), (7, 12), (4.5, 8)),
        ("B5", Shape(128, 1_000), (7, 11), (4.8, 8)),
        ("B5", Shape(4096, 16), (4, 8), (3.2, 8)),
    )
    for bar, shape, *bounds in table:
        for regime, (required, stretch) in zip(Regime, bounds, strict=True):
            what = f"torchsort / soft_rank l2 {shape} {regime}"
            yield Row(bar, what, True, required, stretch, _at(shape, regime, numerator, denominator))


def _worst(operation: Operation, shapes: tuple[Shape, ...]) -> Callable[[Parts], Measured]:
    def measure(parts: Parts) -> Measured:
        numerator, denominator = theirs("torchsort", operation), ours(operation)
        ratios = [
            Measured(_ratio(parts, shape, regime, numerator, denominator), f"{shape} {regime}")
            for shape in shapes
            for regime in Regime
        ]
        return min(ratios, key=lambda measured: measured.value)

    return measure


def _worst_against_torchsort_rows() -> Iterator[Row]:
    short = tuple(shape for shape in rank_part.SHAPES if shape.columns == 16)
    huge = (Shape(1, 1_000_000),)
    other = tuple(shape for shape in rank_part.SHAPES if shape not in short + huge)
    for operation in PERMUTAHEDRON[1:]:
        l2 = operation is Operation.SORT_L2
        name = operation.replace("_", " ").replace("soft ", "soft_")
        bounds = (
            ("worst of n = 100 to 100,000", other, 4, 6),
            ("n = 1,000,000", huge, 4 if l2 else 3.5, 6),
            ("n = 16", short, 2.5 if l2 else 2.3, 5),
        )
        for which, shapes, required, stretch in bounds:
            yield Row("B6", f"torchsort / {name}, {which}", True, required, stretch, _worst(operation, shapes))


def _other_peers_rows() -> Iterator[Row]:
    table = (
        ("fast-soft-sort", Operation.RANK_L2, Operation.RANK_L2, 15),
        ("softjax", Operation.RANK_L2, Operation.RANK_L2, 20),
        ("LapSum", Operation.LAPSUM_SORT, Operation.SORT_L2, 12),
    )
    shape = Shape(1, 10_000)
    for peer, operation, own, required in table:
        what = f"{peer} / {own.replace('_l2', ' l2')} {shape} eps1"
        measure = _at(shape, Regime.EPS1, theirs(peer, operation), ours(own))
        yield Row("B7", what, True, required, None, measure)


def _entropic_rows() -> Iterator[Row]:
    numerator, denominator = ours(Operation.RANK_KL), ours(Operation.RANK_L2)
    for shape in rank_part.SHAPES:
        for regime in Regime:
            dear = 3.5 if shape.columns == 1_000_000 else 3.2
            required, stretch = (dear, 2.0) if regime is Regime.EPS1 else (1.45, 1.0)
            what = f"soft_rank kl / l2 {shape} {regime}"
            yield Row("B8", what, False, required, stretch, _at(shape, regime, numerator, denominator))


def rank_rows() -> list[Row]:
    return [
        *_sort_floor_rows(),
        *_torchsort_rank_rows(),
        *_worst_against_torchsort_rows(),
        *_other_peers_rows(),
        *_entropic_rows(),
    ]
