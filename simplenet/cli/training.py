"""`simplenet train`: a training with a live bar, that Ctrl-C ends and does not lose."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from simplenet.cli.interrupts import INTERRUPTED
from simplenet.cli.options import check_place, recipe, split
from simplenet.cli.saying import (
    Failure,
    as_json,
    console,
    failing,
    needing,
    percent,
    print_json,
)
from simplenet.data import DataSourceError, load_mnist
from simplenet.jobs.ledger import End
from simplenet.network import SimpleNet
from simplenet.runs.training_run import TrainingRun, TrainingState, figures, recipe_of
from simplenet.training import (
    Best,
    History,
    Record,
    TrainingConfig,
    best_with,
    evaluated,
    iterations_per_epoch,
    train,
)

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SHOWN_S = 0.1
"""How often the live bar changes."""


@dataclass
class Trained:
    """A training as far as it got.

    Parameters
    ----------
    net : SimpleNet
        With what was learned.
    velocity : dict of str to ndarray, or None
        Of the momentum, if there is one.
    records : History
    last : Record
        The last record, with accuracies.
    best : Best or None
        If the recipe keeps it.
    interrupted : bool
        Whether it was ended by Ctrl-C.
    """

    net: SimpleNet
    velocity: dict[str, Any] | None
    records: History = field(default_factory=History)
    last: Record = field(default_factory=lambda: Record(0, 0.0, 0.0))
    best: Best | None = None
    interrupted: bool = False


@click.command("train")
@recipe
@click.option("--out", type=click.Path(path_type=Path), help="A new file for the network.")
@click.option(
    "--bundle", type=click.Path(path_type=Path), help="A new zip file with all that came of it."
)
@as_json
def train_command(out: Path | None, bundle: Path | None, machine: bool, **options: Any) -> None:
    """Train a network on MNIST.

    Ctrl-C ends it after the iteration, and keeps what was learned; a second one ends it at once.
    """
    with failing(ValueError):
        config, others = split(options)
        # A run of the app is refused where an iteration takes minutes; here Ctrl-C ends it.
        run = TrainingRun(
            replace(config, gradient="backprop") if config.gradient == "numerical" else config,
            **others,
        )
    if bundle and config.gradient == "numerical":
        raise Failure("a bundle repeats a run of the app: choose --gradient fast_numerical")
    for path in (out, bundle):
        if path:
            check_place(path)
    if bundle:
        with needing("app"):
            import_module("simplenet.runs.bundle")
    with failing(DataSourceError), needing("openml"):
        data = load_mnist(run.source)

    done = Trained(run.new_network(), None)
    if config.momentum:
        done.velocity = {key: np.zeros_like(value) for key, value in done.net.params.items()}
    epoch = iterations_per_epoch(len(data.pixels_train), config.batch_size)
    with _watched(config, epoch, quiet=machine) as show, _asked_to_stop() as asked:
        for record in train(done.net, data, config, velocity=done.velocity):
            if record.test_accuracy is None and asked():
                record = evaluated(record, done.net, data)
            done.records.extend([record])
            done.last = replace(record, params=None)
            if config.keeps_best and record.test_accuracy is not None:
                params = {key: value.copy() for key, value in done.net.params.items()}
                done.best = best_with(done.best, done.last, params)
            show(record)
            if asked():
                done.interrupted = record.iteration < config.iterations
                break
    kept = done.best.record if done.best else done.last
    about = recipe_of(run) | {"training": recipe_of(config)}
    metadata = {
        "recipe": about,
        **figures(kept),
        "history": [figures(record) for record in done.records.evaluated()],
    }
    with failing(ValueError, OSError):
        if out:
            from simplenet.storage import save_model

            net = SimpleNet.from_params(done.best.params) if done.best else done.net
            save_model(out, net, metadata)
        if bundle:
            bundle.write_bytes(_bundled(run, done))
    if machine:
        files = {"out": str(out) if out else None, "bundle": str(bundle) if bundle else None}
        told = {name: value for name, value in metadata.items() if name != "history"}
        print_json({**told, "interrupted": done.interrupted, **files})
    else:
        for path in (out, bundle):
            if path:
                console(stderr=True).print(f"written: {path}", markup=False)
    if done.interrupted:
        raise click.exceptions.Exit(INTERRUPTED)


def _bundled(run: TrainingRun, done: Trained) -> bytes:
    """Return a training as the content of a bundle."""
    from simplenet.runs.bundle import Bundle, bundle_to_bytes
    from simplenet.runs.made_with import made_with

    params = {key: value.copy() for key, value in done.net.params.items()}
    state = TrainingState(params, done.last, done.velocity, best=done.best)
    end: End = "stopped" if done.interrupted else "finished"
    return bundle_to_bytes(Bundle(run, done.records, state, made_with(), end))


@contextmanager
def _asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Take the first Ctrl-C as a wish, between two iterations; the second interrupts."""
    wish = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield wish.is_set
        return

    def first(number: int, frame: FrameType | None) -> None:
        wish.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, first)
    try:
        yield wish.is_set
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _watched(
    config: TrainingConfig, epoch: int, *, quiet: bool
) -> Iterator[Callable[[Record], None]]:
    """Show records as they come: a live bar on a terminal, and a line for each evaluation."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    screen = console(stderr=True)
    bar = Progress(
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[words]}"),
        TimeRemainingColumn(),
        console=screen,
        disable=quiet or not screen.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=config.iterations, words="")
        yield _Shown(bar, task, epoch, quiet=quiet)


class _Shown:
    """Shows one record after another, and most of them not at all."""

    def __init__(self, bar: Progress, task: TaskID, epoch: int, *, quiet: bool) -> None:
        self._bar, self._task, self._epoch, self._quiet = bar, task, epoch, quiet
        self._next_s, self._accuracy = 0.0, ""

    def __call__(self, record: Record) -> None:
        told = record.test_accuracy is not None
        if told:
            self._accuracy = f"test {percent(record.test_accuracy)}"
        if told and not self._quiet:
            line = (
                f"iteration {record.iteration:>7,}  epoch {record.iteration / self._epoch:5.1f}  "
                f"loss {record.loss:.4f}  train {percent(record.train_accuracy)}  {self._accuracy}"
            )
            if self._bar.disable:
                click.echo(line)
            else:
                self._bar.console.print(line)
        if told or monotonic() > self._next_s:
            self._next_s = monotonic() + SHOWN_S
            words = f"loss {record.loss:.4f}  {self._accuracy}"
            self._bar.update(self._task, completed=record.iteration, words=words)
