"""Everything fails once, and nothing is lost: `make chaos`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.chaos.faults import ON_POSTGRESQL, ON_SQLITE
from benchmarks.chaos.report import Tried, report
from benchmarks.chaos.stage import on_postgresql, on_sqlite
from benchmarks.chaos.trying import tried
from benchmarks.section import put

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
    found: dict[str, list[Tried]] = {}
    for on in chosen.on:
        stage_of, faults = STAGES[on]
        with (
            TemporaryDirectory(prefix="simplenet-chaos-") as folder,
            stage_of(Path(folder), chosen.iterations) as stage,
        ):
            found[stage.name] = []
            for fault in faults:
                if fault.__name__ in chosen.only:
                    found[stage.name].append(tried(fault, stage))
                    print(found[stage.name][-1].told(), file=sys.stderr, flush=True)
            found[stage.name].append(Tried("everything is ended", 0, stage.stop(), [], []))
    text = f"{HEADING}\n\n{report(found)}"
    print(text)
    if chosen.write:
        put(text, HEADING, RESULTS)
    sys.exit(any(one.lost for several in found.values() for one in several))


if __name__ == "__main__":
    main()
