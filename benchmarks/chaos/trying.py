"""Try a fault: while runs go on, something fails; then all runs must be whole."""

from __future__ import annotations

from time import monotonic

from benchmarks.chaos.faults import Fault
from benchmarks.chaos.report import LONGEST, Tried
from benchmarks.chaos.stage import Stage
from benchmarks.chaos.visit import Visit
from tests.waiting import until

NOISE = "You can now view", "URL: ", "already registered", "leaked semaphore", "warnings.warn("
"""Lines of every start and end of a server."""

RECOVERY_S = 90.0
"""How long a recovery may take before it is none."""

END_S = 240.0
"""How long the runs may take to their end afterwards."""


def tried(fault: Fault, stage: Stage) -> Tried:
    """Return what a fault has done."""
    stage.ensure()
    stage.runs.start()
    before = [len(app.lines) for app in stage.apps]
    visits, lost = [], []
    try:
        for app in fault(stage):
            if app:
                visits.append(stage.visit(app))
    except AssertionError as error:  # What was to come did not.
        lost.append(f"{error}"[:LONGEST])
    mended, at_it = monotonic(), sum(not (run.ended or run.held) for run in stage.runs.look())
    if not _goes_on(stage):
        lost.append(f"a run does not go on within {RECOVERY_S:.0f} s")
    recovery_s = monotonic() - mended
    stage.ensure()
    visits.append(stage.visit(stage.apps[0]))
    stage.runs.move_on()
    if not _in_time(lambda: all(run.ended for run in stage.runs.look()), END_S, stage):
        lost.append("the end of a run")
    lines = [
        line
        for app, n in zip(stage.apps, before, strict=True)
        for line in app.lines[n:]
        if line.strip() and not any(word in line for word in NOISE)
    ]
    lost += stage.runs.lost() + wrong(visits, lines)
    stage.clock.write_text("0")
    told = list(dict.fromkeys(sentence for visit in visits for sentence in visit.told))
    return Tried(str(fault.__doc__).rstrip("."), recovery_s, lost, lines, told, at_it)


def wrong(visits: list[Visit], lines: list[str]) -> list[str]:
    """Return what no visitor may see, and no log may hold."""
    found = [f"on the page: {error}" for visit in visits for error in visit.wrong]
    return found + ["a traceback"] * sum("Traceback" in line for line in lines)


def _goes_on(stage: Stage) -> bool:
    """Return whether every run that is not paused has gone on from where it is now."""
    was = {run.id: run.result.done for run in stage.runs.look()}
    return _in_time(
        lambda: all(
            run.ended or run.held or run.result.done > was[run.id] for run in stage.runs.look()
        ),
        RECOVERY_S,
        stage,
    )


def _in_time(true: object, seconds: float, stage: Stage) -> bool:
    def tended() -> bool:
        if stage.cluster:
            stage.cluster.tend()
        return bool(true())

    try:
        until(tended, every_s=0.1, timeout_s=seconds)
    except AssertionError:
        return False
    return True
