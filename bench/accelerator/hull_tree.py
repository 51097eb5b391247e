"""Draws docs/pictures/hull_tree.svg: how the accelerator finds the blocks of soft ranks, on one small list.

The hulls, bridges and blocks are computed as docs/accelerator.md says, and compared with pooling one document after
another. Plain Python 3, no packages:  python3 bench/accelerator/hull_tree.py
"""

from fractions import Fraction
from pathlib import Path

TARGET = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "hull_tree.svg"

# Tenths of the sorted scores of 23 documents at strength 1: 24 points, in four tiles of six. Whole numbers, so that
# equal slopes are equal.
SCORES = [217, 216, 204, 188, 179, 157, 154, 138, 136, 127, 115, 103, 94, 93, 90, 60, 57, 45, 33, 11, 9, 6, 0]
TILE = 6

Edge = tuple[int, int]


def heights(scores: list[int]) -> list[int]:
    """What is regressed: s_i / strength - (n - i)."""
    return [score - 10 * (len(scores) - i) for i, score in enumerate(scores)]


def points_of(values: list[int]) -> list[int]:
    """Point i is (i, the sum of the values before i)."""
    sums = [0]
    for value in values:
        sums.append(sums[-1] + value)
    return sums


class HullTree:
    def __init__(self, points: list[int], tile: int):
        self.points = points
        self.tile = tile
        self.tiles = (len(points) + tile - 1) // tile
        self.masks = [self._hull(range(t * tile, min((t + 1) * tile, len(points)))) for t in range(self.tiles)]
        self.levels: list[dict[int, Edge]] = []  # of each, the bridges by the first tile on their right
        while 1 << len(self.levels) < self.tiles:
            self.levels.append(self._join(len(self.levels)))

    def slope(self, a: int, b: int) -> Fraction:
        return Fraction(self.points[b] - self.points[a], b - a)

    def _hull(self, stretch: range) -> list[int]:
        hull: list[int] = []
        for point in stretch:
            while len(hull) > 1 and self.slope(hull[-2], hull[-1]) <= self.slope(hull[-1], point):
                hull.pop()
            hull.append(point)
        return hull

    def _join(self, level: int) -> dict[int, Edge]:
        width = 1 << level
        return {
            middle: self._bridge(
                self.hull(middle - width, middle, level), self.hull(middle, min(middle + width, self.tiles), level)
            )
            for middle in range(width, self.tiles, 2 * width)
        }

    def _bridge(self, left: list[int], right: list[int]) -> Edge:
        """The edge above all others; the kernel descends both hulls at once instead of looking at every pair."""

        def is_above(a: int, c: int) -> bool:
            return all(self.points[p] <= self.points[a] + self.slope(a, c) * (p - a) for p in (*left, *right))

        return next((a, c) for a in left for c in reversed(right) if is_above(a, c))

    def hull(self, first: int, last: int, levels: int) -> list[int]:
        """Of the tiles from `first` up to `last`: the vertices of theirs that no bridge of these levels passes over."""
        inside = [edge for level in self.levels[:levels] for edge in level.values()]
        inside = [(a, c) for a, c in inside if a >= first * self.tile and c < last * self.tile]
        vertices = [vertex for mask in self.masks[first:last] for vertex in mask]
        return [v for v in vertices if not any(a < v < c for a, c in inside)]


def pooled_starts(values: list[int]) -> list[int]:
    blocks: list[tuple[int, int]] = []
    for value in values:
        total, size = value, 1
        while blocks and blocks[-1][0] * size <= total * blocks[-1][1]:
            total, size = total + blocks[-1][0], size + blocks[-1][1]
            blocks.pop()
        blocks.append((total, size))
    return [sum(size for _, size in blocks[:i]) for i in range(len(blocks))]


# --- The picture. On a pale ground of its own, so that it reads on a white and on a dark page. ---

GROUND, INK, SOFT, BAND = "#fbfbf8", "#222222", "#777777", "#eeeee6"
BLUE, VERMILION, GREEN = "#0072b2", "#d55e00", "#009e73"  # Okabe and Ito's
WIDTH, PANEL_WIDTH, PANEL_HEIGHT, GAP = 960, 460, 300, 20
TOP, BOTTOM, SIDE = 62, 66, 16  # of a panel, around the curve

MIDDLE = ' text-anchor="middle"'


class Panel:
    def __init__(self, tree: HullTree, column: int, row: int):
        self.tree = tree
        self.left = GAP + column * (PANEL_WIDTH + GAP) - 10
        self.top = 10 + row * (PANEL_HEIGHT + 14)
        last = len(tree.points) - 1
        # Less the line from the first point to the last: hulls stay hulls, and the bends are seen.
        rise = (tree.points[last] - tree.points[0]) / last
        self.heights = [p - rise * i for i, p in enumerate(tree.points)]
        self.low, self.high = min(self.heights), max(self.heights)
        self.step = (PANEL_WIDTH - 2 * SIDE) / len(tree.points)
        self.parts: list[str] = []

    def x(self, point: float) -> float:
        return self.left + SIDE + (point + 0.5) * self.step

    def y(self, point: int) -> float:
        inside = PANEL_HEIGHT - TOP - BOTTOM
        return self.top + TOP + inside * (self.high - self.heights[point]) / (self.high - self.low)

    @property
    def foot(self) -> float:
        return self.top + PANEL_HEIGHT - 38

    def text(self, x: float, y: float, words: str, size: float = 12, colour: str = INK, more: str = "") -> None:
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}"{more}>{words}</text>')

    def line(self, a: int, b: int, colour: str, width: float, dashes: str = "") -> None:
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(
            f'<line x1="{self.x(a):.1f}" y1="{self.y(a):.1f}" x2="{self.x(b):.1f}" y2="{self.y(b):.1f}" '
            f'stroke="{colour}" stroke-width="{width:g}" stroke-linecap="round"{dashed}/>'
        )

    def path(self, vertices: list[int], colour: str, width: float) -> None:
        for a, b in zip(vertices, vertices[1:]):
            self.line(a, b, colour, width)

    def frame(self, title: str, subtitle: str, heads: tuple[str, ...] = ()) -> None:
        for tile in range(self.tree.tiles):
            first, last = tile * TILE, min((tile + 1) * TILE, len(self.tree.points))
            if tile % 2 == 0:
                self.parts.append(
                    f'<rect x="{self.x(first - 0.5):.1f}" y="{self.top + 44}" width="{(last - first) * self.step:.1f}" '
                    f'height="{PANEL_HEIGHT - 44}" fill="{BAND}"/>'
                )
            words = f"tile {tile}{heads[tile] if heads else ''}"
            self.text(self.x((first + last - 1) / 2), self.top + PANEL_HEIGHT - 6, words, 11, SOFT, MIDDLE)
        self.text(self.left + SIDE, self.top + 16, title, 14, INK, ' font-weight="bold"')
        self.text(self.left + SIDE, self.top + 34, subtitle, 11.5, SOFT)

    def bridges(self, level: dict[int, Edge]) -> None:
        for tile, (a, c) in level.items():
            self.line(a, c, VERMILION, 2.6)
            self.text(self.x(tile * TILE - 0.5), self.foot + 14, f"bridge {a} to {c}", 12, VERMILION, MIDDLE)

    def points(self, vertices: list[int]) -> None:
        for point in range(len(self.tree.points)):
            inside, radius = (INK, 3.2) if point in vertices else (GROUND, 2.6)
            self.parts.append(
                f'<circle cx="{self.x(point):.1f}" cy="{self.y(point):.1f}" r="{radius}" '
                f'fill="{inside}" stroke="{INK}"/>'
            )

    def bits(self, ones: list[int]) -> None:
        more = MIDDLE + ' font-family="monospace"'
        for point in range(len(self.tree.points)):
            bit = int(point in ones)
            self.text(self.x(point), self.foot + 14, str(bit), 12, INK if bit else SOFT, more)


def draw(tree: HullTree) -> str:
    everything = [vertex for mask in tree.masks for vertex in mask]
    final = tree.hull(0, tree.tiles, len(tree.levels))

    tiles = Panel(tree, 0, 0)
    tiles.frame(
        "1. Every tile finds the hull of its own points",
        "Point i is the sum of the first i numbers. One bit a point is kept.",
    )
    for mask in tree.masks:
        tiles.path(mask, BLUE, 2.2)
    tiles.points(everything)
    tiles.bits(everything)

    first = Panel(tree, 1, 0)
    first.frame("2. Level 0: bridges join two tiles each", "Each is the edge that touches both hulls from above.")
    for mask in tree.masks:
        first.path(mask, "#9cc4de", 1.6)
    first.bridges(tree.levels[0])
    first.points([v for t in range(0, tree.tiles, 2) for v in tree.hull(t, t + 2, 1)])

    second = Panel(tree, 0, 1)
    second.frame(
        "3. Level 1: one bridge joins what level 0 joined",
        "No hull is written out: masks and bridges say it all.",
    )
    for half in range(0, tree.tiles, 2):
        second.path(tree.hull(half, half + 2, 1), "#9cc4de", 1.6)
    for a, c in tree.levels[0].values():
        second.line(a, c, "#eeb48c", 2)
    second.bridges(tree.levels[1])
    second.points(final)

    blocks = Panel(tree, 1, 1)
    heads = tuple(f", head {max(v for v in final if v <= t * TILE)}" for t in range(tree.tiles))
    blocks.frame(
        "4. Vertices that no bridge passes over are left",
        "Blocks begin there. Head: where the block of the first point did.",
        heads,
    )
    for i, (a, b) in enumerate(zip(final, final[1:])):
        blocks.line(a, b, GREEN if i % 2 == 0 else BLUE, 3.2)
    blocks.points(final)
    blocks.bits(final[:-1])

    height = 10 + 2 * PANEL_HEIGHT + 14 + 10
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif">',
        "<title>Isotonic regression by a tree of hulls: masks of tiles, bridges of two levels, blocks</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="{GROUND}"/>',
    ]
    for panel in (tiles, first, second, blocks):
        lines += panel.parts
    return "\n".join([*lines, "</svg>", ""])


def main() -> None:
    values = heights(SCORES)
    tree = HullTree(points_of(values), TILE)
    starts = tree.hull(0, tree.tiles, len(tree.levels))[:-1]
    assert starts == pooled_starts(values), (starts, pooled_starts(values))
    TARGET.write_text(draw(tree))
    print(f"{len(starts)} blocks, bridges {[list(level.values()) for level in tree.levels]}: {TARGET}")


if __name__ == "__main__":
    main()
