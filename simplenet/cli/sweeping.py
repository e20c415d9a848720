"""`simplenet sweep`: several values of some settings, each with several seeds, on all cores."""

from __future__ import annotations

import csv
import signal
from functools import partial
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any

import click

from simplenet.cli.interrupts import INTERRUPTED
from simplenet.cli.options import check_place, recipe, split
from simplenet.cli.saying import (
    as_json,
    console,
    failing,
    percent,
    print_json,
    print_table,
)
from simplenet.data import loaded
from simplenet.runs import TrainingRun
from simplenet.runs.sweep import MOST_SEEDS, VARIED, Point, chances, grid, points, ranking
from simplenet.training import plain_number, train

WHOLE = ("hidden_size", "batch_size", "iterations")


@click.command("sweep")
@click.option(
    "--vary",
    multiple=True,
    required=True,
    metavar="SETTING=VALUE,VALUE...",
    help=f"One to three times; settings are {', '.join(VARIED)}.",
)
@click.option("--seeds", type=click.IntRange(1, MOST_SEEDS), default=3, show_default=True)
@click.option("--jobs", type=click.IntRange(1), help="Trainings at a time; else one a core.")
@click.option("--out", type=click.Path(path_type=Path), help="A new CSV file with every run.")
@recipe
@as_json
def sweep_command(
    vary: tuple[str, ...],
    seeds: int,
    jobs: int | None,
    out: Path | None,
    machine: bool,
    **options: Any,
) -> None:
    """Train with several values of some settings, and say which are best.

    For example: simplenet sweep --vary learning_rate=0.1,0.5 --vary hidden_size=20,50 --seeds 3
    """
    from rich.progress import Progress

    with failing(ValueError):
        axes = dict(map(_axis, vary))
        if len(axes) < len(vary):
            raise ValueError("each setting is varied once")
        config, others = split(options)
        runs = grid(TrainingRun(config, **others), axes, seeds)
    if out:
        check_place(out)
    scores: dict[int, float] = {}
    interrupted = False
    screen = console(stderr=True)
    with (
        Progress(console=screen, disable=machine or not screen.is_terminal, transient=True) as bar,
        processes(jobs) as pool,  # It ends them when it is left, whatever they do.
    ):
        task = bar.add_task("trainings", total=len(runs))
        try:
            for i, accuracy in pool.imap_unordered(score, enumerate(runs)):
                scores[i] = accuracy
                bar.advance(task)
        except KeyboardInterrupt:
            interrupted = True
    table = [
        {name: _value(run, name) for name in axes}
        | {"seed": run.training.seed, "test_accuracy": scores.get(i)}
        for i, run in enumerate(runs)
    ]
    found = ranking(points(axes, [(row, row["test_accuracy"]) for row in table]))
    if out:
        with failing(OSError), open(out, "x", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
    if machine:
        best = [dict(zip(axes, p.values, strict=True)) | _numbers(p) for p in found]
        print_json({"runs": table, "ranking": best, "interrupted": interrupted})
    elif found:
        rows = [(*map(_words, p.values), percent(p.mean), percent(p.std), p.runs) for p in found]
        print_table((*axes, "test accuracy", "deviation", "runs"), rows)
        _say_whether_it_is_noise(found)
    if interrupted:
        raise click.exceptions.Exit(INTERRUPTED)


def processes(jobs: int | None) -> Pool:
    """Return a pool of `jobs` processes, each for one training at a time, that ignore Ctrl-C.

    The signal is blocked while they start, on systems that can do this. They inherit the block, so
    that Ctrl-C cannot end them before they ignore it.
    """
    start = partial(get_context("spawn").Pool, jobs, signal.signal, (signal.SIGINT, signal.SIG_IGN))
    if not hasattr(signal, "pthread_sigmask"):
        return start()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def score(numbered: tuple[int, TrainingRun]) -> tuple[int, float]:
    """Return the number of a training, and its test accuracy at the end; a process does it."""
    i, run = numbered
    data, net = loaded(run.source), run.new_network()
    evaluating = run.training.keeps_best
    for _ in train(net, data, run.training, evaluating=evaluating):
        pass
    return i, net.accuracy(data.pixels_test, data.t_test)


def _axis(text: str) -> tuple[str, list[Any]]:
    """Return a setting and its values from what was typed; ValueError if that is none."""
    name, separator, values = text.partition("=")
    name = name.strip().replace("-", "_")
    if not separator or name not in VARIED:
        raise ValueError(f"{text!r} is not SETTING=VALUE,VALUE with one of {', '.join(VARIED)}")
    return name, [_typed(name, value.strip()) for value in values.split(",")]


def _typed(name: str, text: str) -> Any:
    """Return a value as its setting has it; several augmentations are joined by +, - is none."""
    if name == "augmentation":
        return () if text in ("-", "") else tuple(text.split("+"))
    if name == "schedule":
        return text
    try:
        return plain_number(name, int(text) if name in WHOLE else float(text), whole=name in WHOLE)
    except ValueError:
        kind = "a whole number" if name in WHOLE else "a number"
        raise ValueError(f"{name} must be {kind}, got {text!r}") from None


def _value(run: TrainingRun, name: str) -> Any:
    """Return a setting of a run."""
    return getattr(run if hasattr(run, name) else run.training, name)


def _numbers(point: Point) -> dict[str, Any]:
    """Return what came of a place of the grid."""
    return {"mean": point.mean, "std": point.std, "scores": list(point.scores)}


def _words(value: Any) -> str:
    """Return a value as people read it."""
    return ("+".join(value) or "-") if isinstance(value, tuple) else str(value)


def _say_whether_it_is_noise(found: list[Point]) -> None:
    """Say how often noise alone would make the best as much better than the next."""
    try:
        p = next(iter(chances(found)), None)
    except ModuleNotFoundError:  # Without SciPy the table stands for itself.
        return
    if p is not None:
        click.echo(
            f"Noise alone makes the best two differ as much in {p:.0%} of all such sweeps: "
            f"{'it may be chance' if p > 0.05 else 'it is hardly chance'}."
        )
