"""Draws the pictures of docs/strength.md from the tables that strength_figures printed."""

import argparse
import csv
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path
from statistics import mean, stdev

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from plotting import BLUE, GREEN, GREY, ORANGE, PURPLE, STYLE, VERMILION, save

Row = dict[str, str]

# On these scales blocks grow alike whatever n is (figures.hpp).
SCALES = {"l2": "strength, in (standard deviation / n)", "kl": "strength, in standard deviations"}
DEFAULT_PER_ITEM = 32
LENGTHS = {"10": (ORANGE, "^", ":"), "100": (BLUE, "o", "-"), "1000": (GREEN, "s", "--")}
NORMS = {
    "hard": ("norm of the hard ranks (default)", BLUE, "o", "-"),
    "soft": ("norm of the soft ranks (peers)", VERMILION, "s", "--"),
}


def read(file: Path) -> list[Row]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def chosen(rows: Iterable[Row], **wanted: str) -> list[Row]:
    return [row for row in rows if all(row[column] == value for column, value in wanted.items())]


def column(rows: Iterable[Row], name: str) -> list[float]:
    return [float(row[name]) for row in rows]


def draw_blocks(rows: list[Row], target: Path) -> None:
    figure, panels = plt.subplots(1, 2, figsize=(10, 3.9), sharey=True, constrained_layout=True)
    for axes, regularization in zip(panels, ("l2", "kl"), strict=True):
        _curve_per_length(axes, rows, regularization, "blocks")
        axes.set(xscale="log", title=regularization, xlabel=SCALES[regularization])
    panels[0].set_ylabel("blocks / n")
    panels[0].annotate("hard ranks,\nno gradient", (0.035, 0.93), va="top", color=GREY)
    panels[0].annotate("one block,\nlinear ranks", (95, 0.17), ha="right", color=GREY)
    panels[1].legend(frameon=False)
    save(figure, target)


def _curve_per_length(axes: Axes, rows: list[Row], regularization: str, name: str) -> None:
    for n, (colour, marker, dashes) in LENGTHS.items():
        curve = chosen(rows, n=n, regularization=regularization)
        axes.plot(
            column(curve, "strength"),
            column(curve, name),
            label=f"n = {n}",
            color=colour,
            marker=marker,
            linestyle=dashes,
            markersize=4,
            markevery=4,
        )


def draw_gradients(rows: list[Row], target: Path) -> None:
    figure, (zero, size) = plt.subplots(1, 2, figsize=(10, 3.9), constrained_layout=True)
    for regularization, dashes in (("l2", "-"), ("kl", "--")):
        curve = chosen(rows, n="100", regularization=regularization)
        zero.plot(column(curve, "strength"), column(curve, "zero_gradients"), dashes, color=BLUE, label=regularization)
    zero.set(
        xscale="log",
        xlabel="strength (l2: in deviation / n, kl: in deviations)",
        title="share of documents without a gradient, n = 100",
    )
    zero.legend(frameon=False)
    for (norm, (label, colour, _, _)), (n, (_, marker, dashes)) in product(NORMS.items(), LENGTHS.items()):
        curve = chosen(rows, n=n, regularization="l2")
        size.plot(
            column(curve, "strength"),
            column(curve, f"gradient_{norm}"),
            color=colour,
            marker=marker,
            linestyle=dashes,
            markersize=4,
            markevery=4,
            label=label if n == "100" else None,
        )
    size.set(xscale="log", yscale="log", xlabel=SCALES["l2"], title="size of the loss's gradient, l2 (n times its rms)")
    size.legend(frameon=False)
    save(figure, target)


def draw_ranks(rows: list[Row], target: Path) -> None:
    figure, panels = plt.subplots(1, 2, figsize=(10, 4.4), sharey=True, constrained_layout=True)
    looks = (("#000000", "o"), (BLUE, "s"), (GREEN, "^"), (ORANGE, "D"), (PURPLE, "v"))
    for axes, regularization in zip(panels, ("l2", "kl"), strict=True):
        strengths = dict.fromkeys(row["strength"] for row in rows)
        for (colour, marker), strength in zip(looks, strengths, strict=True):
            curve = chosen(rows, regularization=regularization, strength=strength)
            blocks = curve[0]["blocks"]
            axes.plot(
                column(curve, "score"),
                column(curve, "rank"),
                color=colour,
                marker=marker,
                markersize=5,
                label=f"{strength}: {blocks} block{'s' * (blocks != '1')}",
            )
        axes.set(title=regularization, xlabel="score")
        axes.legend(frameon=False, title=SCALES[regularization], fontsize=9, title_fontsize=9, alignment="left")
    panels[0].set(ylabel="soft rank", yticks=range(1, 9))
    save(figure, target)


def draw_training(rows: list[Row], target: Path) -> None:
    figure, grid = plt.subplots(2, 2, figsize=(10, 7), sharex=True, constrained_layout=True)
    panels = {
        "ndcg": "NDCG@10, test",
        "spearman": "Spearman's correlation, test",
        "train_spearman": "Spearman's correlation, training set",
        "blocks": "blocks / n after training",
    }
    for axes, (name, title) in zip(grid.flat, panels.items(), strict=True):
        for norm, (label, colour, marker, dashes) in NORMS.items():
            strengths, middle, deviation = _over_seeds(chosen(rows, normalization=norm), name)
            axes.plot(strengths, middle, color=colour, marker=marker, linestyle=dashes, markersize=5, label=label)
            lower, upper = zip(*((m - d, m + d) for m, d in zip(middle, deviation, strict=True)), strict=True)
            axes.fill_between(strengths, lower, upper, color=colour, alpha=0.15, linewidth=0)
        axes.axvline(DEFAULT_PER_ITEM, color=GREY, linewidth=0.9, linestyle=":")
        axes.set(xscale="log", title=title)
    for axes in grid[1]:
        axes.set_xlabel("strength per item")
    grid[0, 1].annotate("default", (DEFAULT_PER_ITEM * 1.15, grid[0, 1].get_ylim()[0]), color=GREY, va="bottom")
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    save(figure, target)


def _over_seeds(rows: list[Row], name: str) -> tuple[list[float], list[float], list[float]]:
    """The strengths, and at each the mean and the standard deviation."""
    seeds = [column(chosen(rows, strength=strength), name) for strength in _strengths(rows)]
    return [float(strength) for strength in _strengths(rows)], [mean(s) for s in seeds], [stdev(s) for s in seeds]


def _strengths(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(row["strength"] for row in rows))


def print_training(rows: list[Row]) -> None:
    """The table of docs/strength.md."""
    names = ("ndcg", "spearman", "train_spearman", "blocks", "zero_gradients", "spread")
    for norm in NORMS:
        of_norm = chosen(rows, normalization=norm)
        for strength in _strengths(of_norm):
            seeds = chosen(of_norm, strength=strength)
            figures = (f"{mean(column(seeds, name)):.3f} ± {stdev(column(seeds, name)):.3f}" for name in names)
            print(f"| {norm} | {strength} |", " | ".join(figures), "|")


PICTURES: dict[str, tuple[str, Callable[[list[Row], Path], None]]] = {
    "strength_blocks.svg": ("blocks", draw_blocks),
    "strength_ranks.svg": ("ranks", draw_ranks),
    "strength_gradients.svg": ("blocks", draw_gradients),
    "strength_training.svg": ("training", draw_training),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.pictures.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(STYLE):
        for picture, (table, draw) in PICTURES.items():
            draw(read(arguments.tables / f"{table}.csv"), arguments.pictures / picture)
    print_training(read(arguments.tables / "training.csv"))


if __name__ == "__main__":
    main()
