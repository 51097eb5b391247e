"""Measures what inspection costs with the program inspection_cost, and writes inspection.md and inspection.json."""

import argparse
import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

ROUNDS = 21
REPETITIONS = 3  # of what is counted, as in main.cpp
EQUAL = 0.001  # instruction counts that differ by a smaller share count as equal
REPORT_STEPS = 10  # a report every 100th step may cost as much as 10 steps


def instructions(program: Path, mode: str) -> int:
    """Those of one evaluation or step; caches and branches are not simulated."""
    function = "measured_evaluation" if mode.startswith("evaluation") else "measured_step"
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--toggle-collect={function}"]
    run = subprocess.run([*command, program, mode], check=True, capture_output=True, text=True)
    collected = re.search(r"Collected : (\d+)", run.stderr)
    if collected is None or collected[1] == "0":
        sys.exit(f"callgrind counted nothing in {function}:\n{run.stderr}")
    return int(collected[1]) // REPETITIONS


def times(program: Path, report: Path) -> dict[str, float]:
    """Medians over the rounds: milliseconds of a step, and how many steps the rest takes as long as."""
    run = subprocess.run([program, "times", str(ROUNDS), report], check=True, capture_output=True, text=True)
    rounds = [json.loads(line) for line in run.stdout.splitlines()]

    def steps(*parts: str) -> float:
        return statistics.median(sum(r[part] for part in parts) / r["step"] for r in rounds)

    return {
        "step_milliseconds": statistics.median(r["step"] for r in rounds),
        "keep_intermediate": statistics.median(r["step_keeping"] / r["step"] for r in rounds) - 1,
        "inspect": steps("inspect"),
        "write": steps("write"),
        "report": statistics.median(
            (r["step_keeping"] - r["step"] + r["inspect"] + r["write"]) / r["step"] for r in rounds
        ),
        "bytes": rounds[-1]["bytes"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True, help="where the reports that are timed go")
    parser.add_argument("--results", type=Path, required=True)
    arguments = parser.parse_args()

    modes = ["evaluation-before", "evaluation-after", "step", "step-empty", "step-callback"]
    counts = {mode: instructions(arguments.program, mode) for mode in modes}
    took = times(arguments.program, arguments.report)

    def share(mode: str, base: str) -> float:
        return counts[mode] / counts[base] - 1

    bars = {
        "an evaluation after tapes, callbacks and inspections": abs(share("evaluation-after", "evaluation-before"))
        < EQUAL,
        "a step with an empty callback": abs(share("step-empty", "step")) < EQUAL,
        "a report every 100th step": took["report"] <= REPORT_STEPS,
    }

    def row(name: str, mode: str, base: str) -> str:
        return f"| {name} | {counts[mode]:,} | {share(mode, base):+.4%} |"

    text = f"""# What inspection costs

Made by `bash bench/inspection/run.sh`: an MLP 136-64-32-1 with a Spearman loss of soft ranks, 32 queries of 100
documents, one thread. Instructions as callgrind counts them, of one evaluation or step.

| | instructions | more |
| --- | --- | --- |
{row("evaluation, before any tape", "evaluation-before", "evaluation-before")}
{row("evaluation, after tapes, callbacks and inspections were made and destroyed", "evaluation-after", "evaluation-before")}
{row("training step", "step", "step")}
{row("training step, `on_gradient` with an empty function", "step-empty", "step")}
{row("training step, `on_gradient` with a callback that does nothing", "step-callback", "step")}

Time, as long as so many training steps without it (median of the ratios in {ROUNDS} rounds in turn; a step took
{took["step_milliseconds"]:.2f} ms):

| | steps |
| --- | --- |
| `keep_intermediate`, above the step itself | {took["keep_intermediate"]:.2f} |
| `inspect` | {took["inspect"]:.2f} |
| `write_report` of that inspection, {took["bytes"] / 1000:.0f} kB | {took["write"]:.2f} |
| all three: a report. Every 100th step it takes {took["report"]:.1f} % of a step more | {took["report"]:.2f} |

| bar | reached |
| --- | --- |
"""
    text += "".join(f"| {name} | {'yes' if reached else 'no'} |\n" for name, reached in bars.items())
    (arguments.results / "inspection.md").write_text(text, encoding="utf-8")
    results = {"instructions": counts, "times": took, "bars": bars}
    (arguments.results / "inspection.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(text)
    if not all(bars.values()):
        sys.exit("a bar is not reached")


if __name__ == "__main__":
    main()
