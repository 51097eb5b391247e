"""python -m compare PART: measures one part, or writes the report of all that have been measured."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compare import machine, rank_part, report, tape_part, threads_part, training_part
from compare.library import Library
from compare.timing import BY_CPU_TIME, ON_THE_WALL, QUICK, Effort, pin_to_one_core


@dataclass(frozen=True)
class Part:
    threads: int
    measure: Callable[[Library, Effort, bool], dict[str, Any]]
    effort: Effort = BY_CPU_TIME


PARTS = {
    "rank": Part(1, lambda library, effort, quick: rank_part.measure(library, effort, rank_part.shapes(quick))),
    "tape": Part(1, lambda library, effort, quick: tape_part.measure(library, effort)),
    "threads": Part(
        2, lambda library, effort, quick: threads_part.measure(library, effort, threads_part.shapes(quick)), ON_THE_WALL
    ),
    "training": Part(1, lambda library, effort, quick: training_part.measure(library, effort, threads=1)),
    "training-two-threads": Part(
        2, lambda library, effort, quick: training_part.measure(library, effort, threads=2), ON_THE_WALL
    ),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="compare", description=__doc__)
    parser.add_argument("part", choices=[*PARTS, "report"])
    parser.add_argument("--library", type=Path, required=True, help="the built shim")
    parser.add_argument("--measurements", type=Path, required=True, help="folder for what was measured")
    parser.add_argument("--results", type=Path, required=True, help="folder for the report")
    parser.add_argument("--quick", action="store_true", help="few rounds, small shapes: to see that it works")
    arguments = parser.parse_args()

    if arguments.part == "report":
        return report.write(arguments.measurements, arguments.results)
    part = PARTS[arguments.part]
    if part.threads == 1:
        pin_to_one_core()  # before a library is loaded: its threads inherit it
    environment = machine.describe(part.threads)
    effort = QUICK if arguments.quick else part.effort
    measured = part.measure(Library(arguments.library), effort, arguments.quick)
    arguments.measurements.mkdir(parents=True, exist_ok=True)
    target = arguments.measurements / f"{arguments.part}.json"
    target.write_text(json.dumps({"environment": environment, **measured}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
