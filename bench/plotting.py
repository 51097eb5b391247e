"""How every plot of bench/ looks.

On a pale ground of their own, so that they read on a white and on a dark page. Text stays text, and nothing in the
files depends on the day, so that two runs differ where the figures do.
"""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

STYLE = {
    "svg.hashsalt": "ranktape",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "figure.facecolor": "#fbfbf8",
    "axes.facecolor": "#fbfbf8",
    "axes.edgecolor": "#666666",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
}
# Okabe and Ito's colours, which the colour-blind can tell apart; markers and dashes say the same again.
BLUE, SKY, ORANGE, VERMILION, GREEN, PURPLE, GREY = (
    "#0072b2",
    "#56b4e9",
    "#e69f00",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#777777",
)


def save(figure: plt.Figure, target: Path) -> None:
    figure.savefig(target, metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    plt.close(figure)
    # Matplotlib leaves blanks at the ends of lines.
    target.write_text("".join(f"{line.rstrip()}\n" for line in target.read_text().splitlines()))
