"""From what was measured: bars.json and bars.md, the plots, and the table on the terminal."""

import json
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compare.bars import Measured, NotMeasured, Parts, Row
from compare.rank_bars import rank_rows
from compare.step_bars import CHECKED_BY_TESTS, step_rows


@dataclass(frozen=True)
class Line:
    """A row with what came out."""

    row: Row
    measured: Measured | None
    why_not: str = ""

    @property
    def verdict(self) -> str:
        return "not measured" if self.measured is None else self.row.verdict(self.measured.value)

    def to_json(self) -> dict[str, Any]:
        return {
            "bar": self.row.bar,
            "what": self.row.what,
            "sense": "at least" if self.row.at_least else "at most",
            "required": self.row.required,
            "stretch": self.row.stretch,
            "reached": None if self.measured is None else float(f"{self.measured.value:.4g}"),
            "where": "" if self.measured is None else self.measured.where,
            "unit": self.row.unit,
            "verdict": self.verdict,
            "why_not": self.why_not,
        }

    def cells(self) -> tuple[str, ...]:
        unit = f" {self.row.unit}" if self.row.unit else ""
        sign = "≥" if self.row.at_least else "≤"
        stretch = "" if self.row.stretch is None else f"{self.row.stretch:g}{unit}"
        reached = ""
        if self.measured is not None:
            where = f" ({self.measured.where})" if self.measured.where else ""
            reached = f"{_number(self.measured.value)}{unit}{where}"
        return self.row.bar, self.row.what, f"{sign} {self.row.required:g}{unit}", reached, stretch, self.verdict


HEADINGS = ("bar", "what", "required", "reached", "stretch", "verdict")


def write(measurements: Path, results: Path) -> int:
    """Fails where nothing has been measured at all; a bar that is missed is said, and is no failure of this program."""
    parts = _read(measurements)
    if not parts:
        print(f"nothing in {measurements}: run bash bench/run.sh first", file=sys.stderr)
        return 1
    lines = [_line(row, parts) for row in (*rank_rows(), *step_rows())]
    results.mkdir(parents=True, exist_ok=True)
    _write_json(results / "bars.json", lines, parts)
    (results / "bars.md").write_text(_markdown(lines, parts))
    _draw(parts, results)
    print(_aligned([HEADINGS, *(line.cells() for line in lines)]))
    print(_summary(lines))
    return 0


def _read(measurements: Path) -> Parts:
    parts = {path.stem: json.loads(path.read_text()) for path in sorted(measurements.glob("*.json"))}
    programs = {path.stem: json.loads(path.read_text()) for path in sorted((measurements / "programs").glob("*.json"))}
    for program in programs.values():
        context = program["context"]
        environment = {"commit": context["commit"], "load": f"{context['load_avg'][0]:.2f} over the minute before"}
        parts["programs"] = {**programs, "environment": environment}
    return parts


def _line(row: Row, parts: Parts) -> Line:
    try:
        return Line(row, row.measure(parts))
    except NotMeasured as why:
        return Line(row, None, str(why))


def _write_json(target: Path, lines: list[Line], parts: Parts) -> None:
    content = {
        "environment": {name: part["environment"] for name, part in parts.items()},
        "bars": [line.to_json() for line in lines],
        "checked_by_tests": CHECKED_BY_TESTS,
        "microseconds": {
            name: {key: _medians(rounds) for key, rounds in part["rounds"].items()}
            for name, part in parts.items()
            if "rounds" in part
        },
        "agreement": parts.get("rank", {}).get("agreement", {}),
    }
    target.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _medians(rounds: dict[str, list[float]]) -> dict[str, float]:
    return {name: float(f"{statistics.median(times):.4g}") for name, times in rounds.items()}


def _draw(parts: Parts, results: Path) -> None:
    try:
        from compare import plots
    except ImportError as error:
        print(f"no plots: {error}; run bash bench/run.sh peers", file=sys.stderr)
        return
    if "rank" in parts:
        plots.draw(parts["rank"]["rounds"], results)


def _markdown(lines: list[Line], parts: Parts) -> str:
    blocks = [
        "# How far the bars of performance are reached",
        "Written by `bash bench/run.sh`; how it measures is said in [bench/README.md](../README.md).",
        _summary(lines),
        _environment(parts),
        _table([HEADINGS, *(line.cells() for line in lines)]),
        "Checked by tests: " + "; ".join(f"{bar}, {what}" for bar, what in CHECKED_BY_TESTS.items()) + ".",
        *_not_measured(lines, parts),
        *_times(parts),
        *_agreement(parts),
    ]
    return "\n\n".join(blocks) + "\n"


def _summary(lines: list[Line]) -> str:
    counts = {verdict: sum(line.verdict == verdict for line in lines) for verdict in ("stretch", "reached", "MISSED")}
    missing = len(lines) - sum(counts.values())
    return (
        f"{len(lines)} rows: {counts['stretch']} at their stretch, {counts['reached']} reached, "
        f"{counts['MISSED']} missed, {missing} not measured."
    )


def _environment(parts: Parts) -> str:
    """One line per property, naming the parts where they differ."""
    lines = []
    environments = {name: part["environment"] for name, part in parts.items()}
    for key in dict.fromkeys(key for environment in environments.values() for key in environment):
        by_value: dict[str, list[str]] = {}
        for name, environment in environments.items():
            if key in environment:
                by_value.setdefault(environment[key], []).append(name)
        if len(by_value) == 1:
            lines.append(f"- {key}: {next(iter(by_value))}")
        else:
            lines.append(f"- {key}: " + "; ".join(f"{value} ({', '.join(names)})" for value, names in by_value.items()))
    return "\n".join(lines)


def _not_measured(lines: list[Line], parts: Parts) -> list[str]:
    reasons = {f"{line.row.bar}, {line.row.what}": line.why_not for line in lines if line.measured is None}
    for part in parts.values():
        reasons |= part.get("missing", {})
    if not reasons:
        return []
    return ["## Not measured", "\n".join(f"- {what}: {why}" for what, why in reasons.items())]


def _times(parts: Parts) -> list[str]:
    if "rank" not in parts:
        return []
    settings = {key: _medians(rounds) for key, rounds in parts["rank"]["rounds"].items()}
    names = list(dict.fromkeys(name for medians in settings.values() for name in medians))
    table: list[tuple[str, ...]] = [("", *names)]
    for key, medians in settings.items():
        table.append((key, *(_number(medians[name]) if name in medians else "" for name in names)))
    return ["## Forward and backward, one thread, medians in µs", _table(table)]


def _agreement(parts: Parts) -> list[str]:
    """For each peer's operation, the worst of all settings."""
    by_operation: dict[str, list[dict[str, float | None]]] = {}
    for key, agreement in parts.get("rank", {}).get("agreement", {}).items():
        by_operation.setdefault(key.partition(",")[0], []).append(agreement)
    if not by_operation:
        return []
    columns = {
        "output": "outputs",
        "gradient": "gradients",
        "gradients_apart": "share of gradients apart",
        "peer_float32_output": "its float32 outputs",
        "peer_float32_gradient": "its float32 gradients",
    }
    table: list[tuple[str, ...]] = [("peer", *columns.values())]
    for name, agreements in by_operation.items():
        table.append((name, *(_worst_of([agreement[column] for agreement in agreements]) for column in columns)))
    text = (
        "Largest differences of our float32 results to the peer's float64 ones, relative to our largest element, and "
        "to its float32 ones. Apart are gradients in blocks that the peer has joined as nearly equal, or where its own "
        "arithmetic overflows. No ratio is taken where an output, or more than a thousandth of the gradients, differs."
    )
    return ["## Do both sides compute the same?", text, _table(table)]


def _worst_of(values: list[float | None]) -> str:
    finite = [value for value in values if value is not None]
    largest = f"{max(finite):.1e}" if finite else ""
    overflows = len(values) - len(finite)
    return f"{largest} ({overflows} of {len(values)} not finite)" if overflows else largest


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _table(table: list[tuple[str, ...]]) -> str:
    head, *body = ("| " + " | ".join(cells) + " |" for cells in table)
    return "\n".join([head, "|" + " --- |" * len(table[0]), *body])


def _aligned(table: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join("  ".join(map(str.ljust, cells, widths)).rstrip() for cells in table)
