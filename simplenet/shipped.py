"""The networks that the project ships, and how to make them anew: `python -m simplenet.shipped`.

It trains those that are named, or all, and writes them and their cards, with what was measured.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from simplenet.augmentation import AUGMENTATIONS
from simplenet.exam import Exam, examine
from simplenet.network import SimpleNet
from simplenet.runs import TrainingRun, described, evaluated, loaded
from simplenet.storage import SUFFIX, model_to_bytes
from simplenet.training import Record, TrainingConfig, train

MODELS = Path(__file__).parents[1] / "models"

ROBUST = TrainingConfig(
    iterations=90_000,
    learning_rate=0.2,
    schedule="cosine",
    momentum=0.9,
    augmentation=AUGMENTATIONS,
)

SHIPPED = {
    "article": TrainingRun(),
    "robust-50": TrainingRun(ROBUST),
    "robust": TrainingRun(ROBUST, hidden_size=256),
}
"""What each of them follows from."""

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
- **Made with**: `make models` (or `python -m simplenet.shipped {name}`).

## Accuracy

**{accuracy:.2%}** of the test set, {train_accuracy:.2%} of the training set. Of each digit:

{table}

Most frequent mistakes on the test set: {mistakes}.

## Known limits

- It knows single digits, brought to MNIST's form by `simplenet.ink`; a drawing whose raw pixels
  it is given, it reads much worse.
- It gives ten probabilities to anything, to a letter or a face too. That it is sure does not mean
  that it is right.
- MNIST was written by American census employees and students. What it has seen little of, such
  as a 1 with a long flag and a foot, or a 7 with a bar, it is more likely to misread.
{more}"""

MORE_LIMITS = {
    "article": "- It has seen every digit only as it was written: slanted ones, thick or bent ones "
    "it\n  reads worse than the robust networks do.\n"
}


def main() -> None:
    """Train the networks that are named, and write them and their cards."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m simplenet.shipped")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(SHIPPED)}; all if none is named")
    parser.add_argument("--folder", type=Path, default=MODELS, help="where they are written to")
    parser.add_argument("--iterations", type=int, help="another number, to try it out")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(SHIPPED)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(SHIPPED)}")
    for name in chosen.names or SHIPPED:
        run = SHIPPED[name]
        if chosen.iterations:
            run = replace(run, training=replace(run.training, iterations=chosen.iterations))
        for record in make(name, run, chosen.folder):
            print(
                f"{name}: iteration {record.iteration:,} of {run.training.iterations:,}, "
                f"test {record.test_accuracy:.2%}, train {record.train_accuracy:.2%}"
            )


def make(name: str, run: TrainingRun, folder: Path) -> Iterator[Record]:
    """Train a network, yield its records that have accuracies, and write it and its card."""
    data, net = loaded(run.source), run.new_network()
    records: list[Record] = []
    for record in train(net, data, run.training):
        if record.iteration == run.training.iterations and record.test_accuracy is None:
            record = evaluated(record, net, data)
        records.append(record)
        if record.test_accuracy is not None:
            yield record
    content = model_to_bytes(net, described(run, records))
    exam = examine(net, data.pixels_test, data.t_test)
    folder.mkdir(parents=True, exist_ok=True)
    # Written over what is there: it is in version control.
    (folder / f"{name}{SUFFIX}").write_bytes(content)
    text = card(name, run, net, records[-1], exam, len(content))
    (folder / f"{name}.md").write_text(text, encoding="utf-8")


def card(name: str, run: TrainingRun, net: SimpleNet, last: Record, exam: Exam, size: int) -> str:
    """Return the model card of a network, in Markdown."""
    shares = [f"{share:.1%}" for share in exam.per_digit]
    rows = [[str(digit) for digit in range(10)], ["---"] * 10, shares]
    return CARD.format(
        name=name,
        about=ABOUT.get(name, ""),
        hidden=net.hidden_size,
        parameters=sum(value.size for value in net.params.values()),
        size=size,
        recipe=json.dumps(described(run, [last])["recipe"]),
        accuracy=exam.accuracy,
        train_accuracy=last.train_accuracy,
        table="\n".join(f"| {' | '.join(row)} |" for row in rows),
        mistakes=", ".join(f"{i} taken for {k} ({n} times)" for i, k, n in exam.mistakes(5)),
        more=MORE_LIMITS.get(name, ""),
    )


if __name__ == "__main__":
    main()
