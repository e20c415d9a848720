"""`simplenet gradcheck`: the three gradients of a mini-batch, how long each takes, how alike."""

from __future__ import annotations

from dataclasses import asdict

import click
import numpy as np

from simplenet.cli.options import Model, Named
from simplenet.cli.saying import FAILED, as_json, console, print_json, print_table
from simplenet.data import load_mnist, mini_batch
from simplenet.gradients import central_difference_error
from simplenet.network import SimpleNet
from simplenet.runs.comparison import Comparison, GradientComparison
from simplenet.training import GradientMethod, TrainingConfig

AGREE = 1e-6
"""How far backprop and the central difference may lie apart, relative to their length: in double
precision they differ by some 1e-9, and any mistake in a formula makes it 1e-2 and more."""

NOISE = 2
"""How many times the error of a central difference they may lie apart, too: a network that is sure
of its digits has gradients that are smaller than what can be measured."""

SLICE_S = 0.2

WAYS: dict[GradientMethod, str] = {
    "numerical": "by its definition",
    "fast_numerical": "the same, without the waste",
    "backprop": "backpropagation",
}


@click.command("gradcheck")
@click.option("--model", type=Model(), help="A trained network; else a new one.")
@click.option("--hidden-size", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--batch-size", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--per-array",
    type=click.IntRange(1),
    default=25,
    show_default=True,
    help="Parameters of each array that the definition is evaluated for.",
)
@click.option("--whole", is_flag=True, help="Evaluate the definition for all of them.")
@as_json
def gradcheck_command(
    model: Named | None,
    hidden_size: int,
    batch_size: int,
    seed: int,
    per_array: int,
    whole: bool,
    machine: bool,
) -> None:
    """Compute the gradient of a mini-batch in three ways, and compare time and numbers.

    The code is 0 if they agree, and 1 if they do not.
    """
    from rich.progress import Progress

    net = model.net if model else SimpleNet(784, hidden_size, 10, rng=seed)
    data = load_mnist()
    x, t = mini_batch(data.pixels_train, data.t_train, batch_size, np.random.default_rng(seed))
    work = GradientComparison(net.params, x, t, per_array=None if whole else per_array, seed=seed)
    state, found, finished = None, None, False
    screen = console(stderr=True)
    with Progress(console=screen, disable=machine or not screen.is_terminal, transient=True) as bar:
        task = bar.add_task("the definition", total=None)
        while not finished:
            done = work.advance(state, SLICE_S, None)
            state, finished = done.state, done.finished
            if done.records:
                found = done.records[-1]
                bar.update(task, total=found.chosen, completed=found.measured)
    assert found is not None  # The last slice has a record.
    noise = central_difference_error(net.params, x, t)
    pairs = [*found.definition_to_backprop.items(), *found.fast_to_backprop.items()]
    apart = max(difference.relative for _, difference in pairs)
    agree = all(
        difference.relative < AGREE or difference.largest < NOISE * noise[key].max()
        for key, difference in pairs
    )
    if machine:
        seconds = _seconds(found)
        print_json({**asdict(found), "seconds": seconds, "apart": apart, "agree": agree})
    else:
        _say(found)
        click.echo("they agree" if agree else f"they do not agree: {apart:.1e} apart")
    if not agree:
        raise click.exceptions.Exit(FAILED)


def _seconds(found: Comparison) -> dict[GradientMethod, float]:
    """Return how long one gradient takes, by way; that of the definition is projected."""
    return {
        "numerical": found.projected_definition_s,
        "fast_numerical": found.fast_numerical_s,
        "backprop": found.backprop_s,
    }


def _say(found: Comparison) -> None:
    """Print the table of the race, and how far the gradients lie apart."""
    seconds = _seconds(found)
    iterations = TrainingConfig().iterations
    rows = [
        (
            words,
            f"{found.forward_passes[name]:,}",
            f"{seconds[name]:.3g}",
            f"{seconds[name] / seconds['backprop']:,.0f}",
            f"{seconds[name] * iterations / 3600:,.2f}",
        )
        for name, words in WAYS.items()
    ]
    head = ("gradient", "forward passes", "seconds", "times backprop", "hours a training")
    print_table(head, rows, f"{found.measured:,} of {found.parameters:,} parameters measured")
    compared = {
        "definition to backprop": found.definition_to_backprop,
        "fast to backprop": found.fast_to_backprop,
    }
    distances = [
        (name, key, f"{difference.largest:.1e}", f"{difference.relative:.1e}")
        for name, by_array in compared.items()
        for key, difference in by_array.items()
    ]
    print_table(("apart", "array", "largest", "relative"), distances)
