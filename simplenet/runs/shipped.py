"""The networks that the project ships, and how they are made: `python -m simplenet.runs.shipped`.

It trains those that are named, or all, and writes them and their cards, with what was measured.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simplenet.data import Dataset, loaded, one_hot_label
from simplenet.data.augmentation import AUGMENTATIONS
from simplenet.data.dataset import read_only
from simplenet.ink.strokes import WAYS, pixels_of, written
from simplenet.network import SimpleNet
from simplenet.places import shipped_models
from simplenet.runs import TrainingRun, described, recipe_of
from simplenet.storage import SUFFIX, model_to_bytes
from simplenet.study.exam import examine
from simplenet.training import History, Record, TrainingConfig, evaluated, train

MODELS = shipped_models()

ROBUST = TrainingConfig(
    iterations=90_000,
    learning_rate=0.2,
    schedule="cosine",
    momentum=0.9,
    augmentation=AUGMENTATIONS,
)


@dataclass(frozen=True)
class StrokesCourse:
    """A second training, in which digits written with strokes are among MNIST's.

    It goes on with a network that has learned MNIST: what it needs for some new ways of writing
    takes a tenth of the time, and whoever adds a way need not train from the beginning.

    Parameters
    ----------
    training : TrainingConfig
        Its recipe; its seed also draws the digits.
    written : int
        How many digits `simplenet.ink.strokes` writes, beside MNIST's 60,000.
    """

    training: TrainingConfig
    written: int


SHIPPED = {
    "article": TrainingRun(),
    "robust-50": TrainingRun(ROBUST),
    "robust": TrainingRun(ROBUST, hidden_size=256),
}
"""The training that makes each network."""

COURSES = {
    "robust-50": StrokesCourse(
        replace(ROBUST, iterations=5_000, learning_rate=0.03, seed=1), written=4_000
    ),
    "robust": StrokesCourse(
        replace(ROBUST, iterations=12_000, learning_rate=0.1, seed=1), written=6_000
    ),
}
"""The course that follows the training."""

ABOUT = {
    "article": "The article's network and its recipe, as the Train page runs it with its defaults.",
    "robust-50": "The article's network, made robust: it has seen every digit in many variations.",
    "robust": "A wider network that has seen every digit in many variations; the Draw page's own.",
}

CARD = """\
# {name}

{about}

- **Network**: SimpleNet, 784-{hidden}-10, float32, {parameters:,} parameters, {size:,} bytes.
- **Recipe**: `{recipe}`
- **Data**: MNIST's 60,000 training digits, with none held back; tested on its 10,000 test digits.
{course}- **Made with**: `make models` (or `python -m simplenet.runs.shipped {name}`).

## Accuracy

**{accuracy:.2%}** of the test set, {train_accuracy:.2%} of the training set. Of each digit:

{table}

Most frequent mistakes on the test set: {mistakes}.

## Ways of writing

How much it reads right of {n_each} new digits of each way in which `simplenet.ink.strokes` writes
them, and what it takes them for most often if not:

{ways}

## Known limits

- It knows single digits, brought to MNIST's form by `simplenet.ink`; a drawing whose raw pixels
  it is given, it reads much worse.
- It gives ten probabilities to anything, to a letter or a face too. That it is sure does not mean
  that it is right.
{more}"""

COURSE_LINE = """\
- **Then**: `{recipe}`, on MNIST's training digits and {written:,} that `simplenet.ink.strokes`
  writes: a 1 with a flag, an open 4, a 7 with a slash.
"""

OF_MNIST = """\
- MNIST was written by American census employees and students. What it has seen little of, such
  as a 1 with a flag, with or without a foot, it is more likely to misread.
- It has seen every digit only as it was written: slanted ones, thick or bent ones it
  reads worse than the robust networks do.
"""

OF_STROKES = """\
- MNIST was written by American census employees and students. Other ways of writing it knows from
  shapes that a program draws, and a way that is not among them it is more likely to misread.
- Between a 1 whose flag is nearly level and a 7 whose top falls to the left there is no border
  that people agree on.
"""

N_EACH = 100
"""How many digits of each way of writing the card tells of."""


def main() -> None:
    """Train the networks that are named, and write them and their cards."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m simplenet.runs.shipped")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(SHIPPED)}; all if none is named")
    parser.add_argument("--folder", type=Path, default=MODELS, help="where they are written to")
    parser.add_argument("--iterations", type=int, help="another number, to try it out")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(SHIPPED)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(SHIPPED)}")
    for name in chosen.names or SHIPPED:
        run, course = SHIPPED[name], COURSES.get(name)
        if chosen.iterations:
            run = replace(run, training=replace(run.training, iterations=chosen.iterations))
            if course:
                shorter = replace(course.training, iterations=chosen.iterations)
                course = replace(course, training=shorter)
        total = run.training.iterations + (course.training.iterations if course else 0)
        for record in make(name, run, chosen.folder, course):
            print(
                f"{name}: iteration {record.iteration:,} of {total:,}, "
                f"test {record.test_accuracy:.2%}, train {record.train_accuracy:.2%}"
            )


def make(
    name: str, run: TrainingRun, folder: Path, course: StrokesCourse | None = None
) -> Iterator[Record]:
    """Train a network, yield its records that have accuracies, and write it and its card."""
    data, net = loaded(run.source), run.new_network()
    history = History()
    for record in trained(net, data, run, course):
        history.extend([record])
        if record.test_accuracy is not None:
            yield record
    about = described(run, history)
    if course:
        about["recipe"]["then"] = recipe_of(course)
    content = model_to_bytes(net, about)
    folder.mkdir(parents=True, exist_ok=True)
    # Written over what is there: it is in version control.
    (folder / f"{name}{SUFFIX}").write_bytes(content)
    text = card(name, net, about, data, len(content))
    (folder / f"{name}.md").write_text(text, encoding="utf-8")


def trained(
    net: SimpleNet, data: Dataset, run: TrainingRun, course: StrokesCourse | None
) -> Iterator[Record]:
    """Train a network in place, and yield its records; the last one is evaluated on MNIST."""
    for record in train(net, data, run.training):
        if record.iteration == run.training.iterations and record.test_accuracy is None:
            record = evaluated(record, net, data)
        yield record
    if course:
        yield from after(record, net, data, course)


def after(last: Record, net: SimpleNet, data: Dataset, course: StrokesCourse) -> Iterator[Record]:
    """Teach a network a course, and yield records that count on from its last one.

    Those at the end of an epoch have the accuracy on the digits written with strokes, too, in
    that on the training set; the last one has not.
    """
    total = last.iteration + course.training.iterations
    for record in train(net, with_strokes(data, course), course.training):
        counted = replace(
            record,
            iteration=last.iteration + record.iteration,
            elapsed_s=last.elapsed_s + record.elapsed_s,
        )
        if record.iteration:
            yield evaluated(counted, net, data) if counted.iteration == total else counted


def with_strokes(data: Dataset, course: StrokesCourse) -> Dataset:
    """Return the data with the digits of a course in the training set."""
    pixels, labels = written_for(course)
    return Dataset(
        read_only(np.concatenate([data.pixels_train, pixels])),
        read_only(np.concatenate([data.t_train, one_hot_label(labels)])),
        data.pixels_test,
        data.t_test,
    )


@cache
def written_for(course: StrokesCourse) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Return the digits of a course, and what they are; several networks may learn from them."""
    # Not the streams of the mini-batches: nothing may depend on both.
    return written(course.written, np.random.default_rng([course.training.seed, 0, 3]))


def card(name: str, net: SimpleNet, about: dict[str, Any], data: Dataset, size: int) -> str:
    """Return the model card of a network, in Markdown.

    Parameters
    ----------
    name : str
        What it is called.
    net : SimpleNet
    about : dict
        What is saved with it; with a course, the recipe has it as "then".
    data : Dataset
        Its test set is what the network is examined with.
    size : int
        Bytes of its file.
    """
    exam = examine(net, data.pixels_test, data.t_test)
    course = about["recipe"].get("then")
    recipe = {key: value for key, value in about["recipe"].items() if key != "then"}
    shares = [f"{share:.1%}" for share in exam.per_digit]
    return CARD.format(
        name=name,
        about=ABOUT.get(name, ""),
        hidden=net.hidden_size,
        parameters=sum(value.size for value in net.params.values()),
        size=size,
        recipe=json.dumps(recipe),
        course=COURSE_LINE.format(recipe=json.dumps(course["training"]), written=course["written"])
        if course
        else "",
        accuracy=exam.accuracy,
        train_accuracy=about["train_accuracy"],
        table=_table([[str(digit) for digit in range(10)], shares]),
        mistakes=", ".join(f"{i} taken for {k} ({n} times)" for i, k, n in exam.mistakes(5)),
        n_each=N_EACH,
        ways=_table([["way", "read right", "taken for"], *ways_read(net)]),
        more=OF_STROKES if course else OF_MNIST,
    )


def ways_read(net: SimpleNet) -> list[list[str]]:
    """Return for each way of writing its name, the share read right, and the main mistake."""
    rows = []
    for way, pixels in zip(WAYS, new_digits(N_EACH), strict=True):
        exam = examine(net, pixels, np.full(len(pixels), way.digit))
        mistake = "".join(f"{taken} ({n} times)" for _, taken, n in exam.mistakes(1))
        rows.append([way.name, f"{exam.accuracy:.0%}", mistake])
    return rows


@cache
def new_digits(n: int) -> list[NDArray[np.uint8]]:
    """Return n digits of each way of writing that no course has."""
    rng = np.random.default_rng([0, 1, 3])
    return [np.stack([pixels_of(way, rng) for _ in range(n)]) for way in WAYS]


def _table(rows: list[list[str]]) -> str:
    """Return rows as a table in Markdown, the first one as its head."""
    head, *others = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, f"| {' | '.join(['---'] * len(rows[0]))} |", *others])


if __name__ == "__main__":
    main()
