"""A class of 10, 30 and 50 at one server, with its trainings on the same cores: `make load`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.load.report import HEADING, report
from benchmarks.load.served import Served
from benchmarks.load.stage import Stage, quiet, warm, with_visitors
from benchmarks.section import put

RESULTS = Path(__file__).parents[1] / "RESULTS.md"
SHORT_S, HASTE = 20.0, 8.0
"""Of the short measurement: its time, and how many times as fast as usual people read in it."""


def main() -> None:
    """Measure, and print the table."""
    options = argparse.ArgumentParser(prog="make load", description=__doc__)
    options.add_argument("--visitors", type=int, nargs="+", default=[10, 30, 50])
    options.add_argument("--minutes", type=float, nargs="+", default=[3.0, 10.0, 3.0])
    options.add_argument("--ramp", type=float, default=45.0, help="seconds until all are there")
    options.add_argument("--quiet", type=float, default=30.0, help="seconds without visitors")
    options.add_argument("--short", action="store_true", help="ten visitors for 20 seconds")
    options.add_argument("--write", action="store_true", help=f"write the table to {RESULTS.name}")
    options.add_argument("--port", type=int, default=0)
    chosen = options.parse_args()
    if chosen.short:
        chosen.visitors, chosen.minutes = [10], [SHORT_S / 60]
        chosen.ramp, chosen.quiet = SHORT_S / 4, SHORT_S / 3
    minutes = chosen.minutes * len(chosen.visitors) if len(chosen.minutes) == 1 else chosen.minutes
    if len(minutes) < len(chosen.visitors):
        options.error("as many minutes as numbers of visitors, or one for all")
    stages = asyncio.run(
        measure(
            chosen.visitors,
            [60 * m for m in minutes],
            chosen.ramp,
            chosen.quiet,
            chosen.port,
            haste=HASTE if chosen.short else 1.0,
        )
    )
    text = report(stages)
    print(text)
    if chosen.write:
        put(text, HEADING, RESULTS)
    sys.exit(any(stage.measures.errors for stage in stages))


async def measure(
    visitors: list[int],
    seconds: list[float],
    ramp_s: float,
    quiet_s: float,
    port: int,
    haste: float,
) -> list[Stage]:
    """Return what is measured of classes of several sizes, one after the other."""
    stages = []
    with TemporaryDirectory() as folder:
        served = Served(Path(folder), port)
        try:
            await warm(served)
            alone = await quiet(served, quiet_s)
            for many, long in zip(visitors, seconds, strict=False):
                print(f"{many} visitors for {long:.0f} s ...", file=sys.stderr)
                began = perf_counter()
                stage = await with_visitors(served, many, long, ramp_s, haste)
                after = await quiet(served, quiet_s)
                stages.append(stage.compared((alone + after) / 2))
                alone = after
                print(f"... {perf_counter() - began:.0f} s", file=sys.stderr)
        finally:
            served.stop()
    return stages


if __name__ == "__main__":
    main()
