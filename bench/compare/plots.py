"""The plots of the README: time per element against the length of a list, and how many times faster than torchsort."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from compare import rank_part
from compare.problem import PERMUTAHEDRON, Operation, Regime, Shape
from compare.rank_part import FLOOR, ours, theirs
from compare.timing import Rounds, ratio
from plotting import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, STYLE, VERMILION, save


@dataclass(frozen=True)
class Curve:
    name: str
    label: str
    colour: str
    marker: str
    dashes: str = "-"
    width: float = 1.4


REGIME_TITLES = {Regime.EPS1: "strength 1", Regime.MID: "blocks of some twenty"}


def _curves(l2: Operation, kl: Operation) -> Iterator[Curve]:
    yield Curve(FLOOR, "sort of the keys alone", GREY, "", ":", 1.6)
    for peer, colour, marker in (("torchsort", ORANGE, "s"), ("fast-soft-sort", GREEN, "^"), ("softjax", PURPLE, "D")):
        yield Curve(theirs(peer, l2), f"{peer} l2", colour, marker)
        if peer == "torchsort":
            yield Curve(theirs(peer, kl), f"{peer} kl", VERMILION, "s", "--")
    yield Curve(theirs("LapSum", Operation.LAPSUM_SORT), "LapSum's soft sort", "#000000", "v")
    yield Curve(ours(l2), "ranktape l2", BLUE, "o", "-", 2.8)
    yield Curve(ours(kl), "ranktape kl", SKY, "o", "--", 2.8)


def draw(settings: dict[str, Rounds], results: Path) -> None:
    with plt.rc_context(STYLE):
        _time_against_length(settings, results / "time_against_length.svg")
        _times_faster(settings, results / "times_faster_than_torchsort.svg")


def _time_against_length(settings: dict[str, Rounds], target: Path) -> None:
    figure, grid = plt.subplots(2, 2, figsize=(10, 7.4), sharex=True, sharey=True, constrained_layout=True)
    families = (
        ("soft_rank", Operation.RANK_L2, Operation.RANK_KL),
        ("soft_sort", Operation.SORT_L2, Operation.SORT_KL),
    )
    shapes = [shape for shape in rank_part.SHAPES if shape.rows == 1]
    handles = {}
    for axes_row, (family, l2, kl) in zip(grid, families, strict=True):
        for axes, regime in zip(axes_row, Regime, strict=True):
            for curve in _curves(l2, kl):
                if curve.label.startswith("LapSum") and family == "soft_rank":
                    continue
                line = _plot_curve(axes, curve, settings, shapes, regime)
                if line is not None:
                    handles[curve.label] = line
            axes.set_title(f"{family}, {REGIME_TITLES[regime]}", fontsize=10)
            axes.set(xscale="log", yscale="log")
    for axes in grid[:, 0]:
        axes.set_ylabel("ns per element, forward and backward")
    for axes in grid[1]:
        axes.set_xlabel("length of the list")
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4, frameon=False)
    save(figure, target)


def _plot_curve(axes: Axes, curve: Curve, settings: dict[str, Rounds], shapes: list[Shape], regime: Regime):
    """The line, or None where nothing of it was measured."""
    points = [
        (shape.columns, 1000 * statistics.median(rounds[curve.name]) / shape.elements)
        for shape in shapes
        if curve.name in (rounds := settings.get(f"{shape} {regime}", {}))
    ]
    if not points:
        return None
    (line,) = axes.plot(
        *zip(*points, strict=True),
        color=curve.colour,
        marker=curve.marker,
        linestyle=curve.dashes,
        linewidth=curve.width,
        markersize=5,
    )
    return line


def _times_faster(settings: dict[str, Rounds], target: Path) -> None:
    colours = (BLUE, SKY, ORANGE, VERMILION)
    figure, grid = plt.subplots(2, 1, figsize=(10, 6.4), sharex=True, sharey=True, constrained_layout=True)
    for axes, regime in zip(grid, Regime, strict=True):
        for offset, (operation, colour) in enumerate(zip(PERMUTAHEDRON, colours, strict=True)):
            numerator, denominator = theirs("torchsort", operation), ours(operation)
            for place, shape in enumerate(rank_part.SHAPES):
                rounds = settings.get(f"{shape} {regime}", {})
                if numerator not in rounds or denominator not in rounds:
                    continue
                height = ratio(rounds, numerator, denominator)
                label = operation.replace("_", " ").replace("soft ", "soft_") if place == 0 else None
                at = place + 0.2 * (offset - 1.5)
                axes.bar(at, height, 0.19, color=colour, label=label)
                axes.text(
                    at, height * 1.06, f"{height:.0f}" if height >= 10 else f"{height:.1f}", ha="center", fontsize=6
                )
        axes.axhline(1, color=GREY, linewidth=0.8)
        axes.set(yscale="log", title=REGIME_TITLES[regime], ylabel="torchsort's time / ranktape's")
        axes.grid(visible=False, axis="x")
    labels = [f"{shape.rows:,}×{shape.columns:,}" for shape in rank_part.SHAPES]
    grid[1].set_xticks(range(len(labels)), labels, rotation=20)
    grid[1].set_xlabel("lists × length")
    grid[0].legend(frameon=False, ncols=4, loc="upper right")
    save(figure, target)
