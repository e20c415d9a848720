"""One size of a class: its visitors, and what they and the server were like."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from time import monotonic, process_time

import psutil

from benchmarks.load.measures import Measures
from benchmarks.load.served import Memory, Progress, Served
from benchmarks.load.visitor import Visitor

LOOK_S = 2.0
"""How often it is looked how far the runs are."""

RUN_S = 2.5
"""How long a training of the usual recipe takes at the least; so many are started."""


@dataclass(frozen=True)
class Stage:
    """What was measured with so many visitors.

    Parameters
    ----------
    visitors : int
    seconds : float
    measures : Measures
    rate : float
        Iterations a second of all trainings together, while there is one for each core.
    alone : float
        The same without visitors.
    server, workers, load : float
        How many cores the server, the workers and the visitors took.
    memory : list of (Memory, Memory)
        Of the server and the workers: at the start, when all visitors were there, and at the end.
    """

    visitors: int
    seconds: float
    measures: Measures
    rate: float
    server: float
    workers: float
    load: float
    memory: list[tuple[Memory, Memory]]
    alone: float = 0.0

    def compared(self, alone: float) -> Stage:
        """Return it with the throughput without visitors."""
        return replace(self, alone=alone)


async def warm(served: Served) -> None:
    """Make the server do everything once."""
    visitor = Visitor(0, served.address, measures := Measures())
    await visitor.leave_training()
    await _all_ended(served)
    if measures.errors:
        raise RuntimeError(f"{measures.errors}\n{served.log.read_text()}")


async def quiet(served: Served, seconds: float) -> float:
    """Return the iterations a second of trainings whose visitors have left."""
    many = int(seconds * (psutil.cpu_count() or 1) / RUN_S) + 2
    visitors = [Visitor(number, served.address, Measures()) for number in range(many)]
    await asyncio.gather(*(visitor.leave_training() for visitor in visitors))
    looks = [served.progress()]
    until = monotonic() + seconds
    while monotonic() < until and looks[-1].live:
        await asyncio.sleep(LOOK_S / 2)
        looks.append(served.progress())
    await _all_ended(served)
    return rate_of(looks)


async def with_visitors(
    served: Served, many: int, seconds: float, ramp_s: float, haste: float
) -> Stage:
    """Return what is measured with so many visitors, who come one after the other."""
    measures, looks, memory = Measures(), [served.progress()], [served.memory()]
    faults = served.faults()
    began = monotonic()
    cpu = served.server_cpu_s(), served.workers_cpu_s(), process_time()
    visitors = [Visitor(number, served.address, measures, haste) for number in range(many)]
    waits = [ramp_s * number / many for number in range(many)]
    visits = [
        asyncio.create_task(visitor.visit(wait_s, seconds - wait_s))
        for visitor, wait_s in zip(visitors, waits, strict=True)
    ]
    while not all(visit.done() for visit in visits):
        await asyncio.sleep(LOOK_S)
        looks.append(served.progress())
        if len(memory) == 1 and monotonic() - began > ramp_s:
            memory.append(served.memory())
    for visit in visits:
        visit.result()
    memory.append(served.memory())
    long = monotonic() - began
    now = served.server_cpu_s(), served.workers_cpu_s(), process_time()
    server, workers, load = ((b - a) / long for a, b in zip(cpu, now, strict=True))
    if found := served.faults() - faults:
        measures.errors[f"in {served.log.name}: {served.log.read_text()[-2000:]}"] += found
    await asyncio.gather(*(visitor.leave() for visitor in visitors))
    await _all_ended(served)
    return Stage(many, long, measures, rate_of(looks), server, workers, load, memory)


def rate_of(looks: Iterable[Progress]) -> float:
    """Return the iterations a second while there was a run for each core."""
    cores = psutil.cpu_count() or 1
    pairs = [(a, b) for a, b in pairwise(looks) if min(a.live, b.live) >= cores]
    seconds = sum(b.at_s - a.at_s for a, b in pairs)
    return sum(b.done - a.done for a, b in pairs) / seconds if seconds else 0.0


async def _all_ended(served: Served) -> None:
    """Wait until no run goes on."""
    while served.progress().live:
        await asyncio.sleep(LOOK_S / 4)
