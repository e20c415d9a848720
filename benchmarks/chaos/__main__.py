"""Everything fails once, and nothing is lost: `make chaos`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.chaos.faults import ON_POSTGRESQL, ON_SQLITE
from benchmarks.chaos.report import Tried, report
from benchmarks.chaos.stage import on_postgresql, on_sqlite
from benchmarks.chaos.trying import tried
from benchmarks.section import put
from tests.runs.postgres import MissingPostgresError

HEADING = "## Everything fails once: `make chaos`"
RESULTS = Path(__file__).parents[1] / "RESULTS.md"
STAGES = {"sqlite": (on_sqlite, ON_SQLITE), "postgresql": (on_postgresql, ON_POSTGRESQL)}


def main() -> None:
    """Try all faults, and print the table."""
    names = sorted({fault.__name__ for _, faults in STAGES.values() for fault in faults})
    options = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    options.add_argument("--on", choices=STAGES, nargs="+", default=list(STAGES))
    options.add_argument("--only", choices=names, nargs="+", default=names, metavar="FAULT")
    options.add_argument(
        "--iterations", type=int, default=60_000, help="of the trainings at full speed"
    )
    options.add_argument("--write", action="store_true", help=f"write the table to {RESULTS.name}")
    chosen = options.parse_args()
    if not sys.platform.startswith("linux"):
        options.error("it limits, stops and looks at processes as Linux has it")
    found: dict[str, list[Tried]] = {}
    for on in chosen.on:
        try:
            found |= all_tried(on, chosen.only, chosen.iterations)
        except MissingPostgresError as missing:
            options.error(f"{missing}; without it: make chaos ON=sqlite")
    text = f"{HEADING}\n\n{report(found)}"
    print(text)
    if chosen.write:
        put(text, HEADING, RESULTS)
    sys.exit(any(one.lost for several in found.values() for one in several))


def all_tried(on: str, only: Collection[str], iterations: int) -> dict[str, list[Tried]]:
    """Return what faults have done to the servers on a database, by the name of the stage."""
    stage_of, faults = STAGES[on]
    tries = []
    with (
        TemporaryDirectory(prefix="simplenet-chaos-") as folder,
        stage_of(Path(folder), iterations) as stage,
    ):
        for fault in faults:
            if fault.__name__ in only:
                tries.append(tried(fault, stage))
                print(tries[-1].told(), file=sys.stderr, flush=True)
        tries.append(Tried("Everything is ended", 0.0, stage.stop(), [], []))
    return {stage.name: tries}


if __name__ == "__main__":
    main()
