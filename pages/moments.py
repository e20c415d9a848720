"""The moments of a training at which its network is known, and the slider over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from pages.language import T
from pages.session import TrainingJob, moments, network_of
from pages.state import Linked, Value, between
from simplenet.network import Params


def chosen_snapshot(
    iterations: Sequence[int],
    end: int,
    ended: bool,
    time_of: Callable[[int], Value[int]],
    *,
    help: str,
) -> int:
    """Show the slider over a training, and return the place of the snapshot that it is at.

    The slider rests at a snapshot: it never names an iteration that is not shown. While the
    training goes on, its right end stands for the newest one.

    Parameters
    ----------
    iterations : sequence of int
        When the snapshots were taken, ascending.
    end : int
        Iterations of the whole training.
    ended : bool
        Whether no more will come.
    time_of : callable
        Returns what holds the chosen iteration of a slider that ends at a given one.
    help : str
        What the slider does, in words.
    """
    last = last_moment(iterations, end, ended)
    if last < 1:
        return 0  # A slider needs two ends.
    time = time_of(last)
    if isinstance(time, Linked):
        time.open(between(0, last))

    def rest() -> None:
        if time.get() < last:
            time.set(iterations[newest_until(iterations, time.get())])

    until = st.slider(
        T("pin.time"),
        0,
        last,
        time.default,
        help=help,
        key=time.name,
        on_change=rest,
        persist_state="session",
    )
    if isinstance(time, Linked):
        time.keep(until)
    return newest_until(iterations, until)


def last_moment(iterations: Sequence[int], end: int, ended: bool) -> int:
    """Return where the slider over a training ends; see `chosen_snapshot`."""
    return iterations[-1] if ended else end


def newest_until(iterations: Sequence[int], iteration: int) -> int:
    """Return the place of the newest snapshot that is no newer than an iteration."""
    return max(int(np.searchsorted(iterations, iteration, side="right")) - 1, 0)


def snapshots_of(job: TrainingJob) -> list[tuple[int, Params]]:
    """Return the parameters that are known of a training, by iteration, up to those of now.

    When it has ended, the last ones are those that it keeps: what came after its best evaluation
    is left out.
    """
    begins = job.work.start
    found = {begins.from_iteration: begins.state.params} if begins else {}
    found |= dict(moments().of(job))
    if job.state is not None:
        now = network_of(job)
        found[now.record.iteration] = now.params
        if job.ended:
            found = {at: params for at, params in found.items() if at <= now.record.iteration}
    return sorted(found.items(), key=lambda item: item[0])
