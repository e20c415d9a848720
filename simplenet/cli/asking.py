"""`simplenet eval` and `simplenet predict`: what a network reads right, and what it reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from simplenet.cli.options import Model, Named
from simplenet.cli.saying import FAILED, Failure, as_json, needing, percent, print_json, print_table
from simplenet.data import load_mnist

DIGITS = (784, 10)
"""Inputs and classes of a network that reads digits."""

MISTAKES = 5
"""How many kinds of mistakes are told."""


@click.command("eval")
@click.argument("model", type=Model())
@click.option(
    "--on", type=click.Choice(("test", "train")), default="test", show_default=True, help="Digits."
)
@as_json
def eval_command(model: Named, on: Literal["test", "train"], machine: bool) -> None:
    """Say what a network reads right of MNIST, digit by digit.

    MODEL is a file, or the name of a network that comes with the package, such as robust.
    """
    from simplenet.study.exam import examine

    _check_digits(model)
    data = load_mnist()
    x, t = (data.pixels_test, data.t_test) if on == "test" else (data.pixels_train, data.t_train)
    exam = examine(model.net, x, t)
    mistakes = exam.mistakes(MISTAKES)
    if machine:
        print_json(
            {
                "model": model.name,
                "on": on,
                "digits": exam.size,
                "accuracy": exam.accuracy,
                "per_digit": exam.per_digit.tolist(),
                "precision": [None if v != v else v for v in exam.precision.tolist()],
                "mistakes": [
                    {"digit": digit, "read": read, "times": n} for digit, read, n in mistakes
                ],
            }
        )
        return
    rows = [
        (digit, percent(right), percent(precise) if precise == precise else "")
        for digit, (right, precise) in enumerate(zip(exam.per_digit, exam.precision, strict=True))
    ]
    title = f"{model.name}: {exam.accuracy:.2%} of {exam.size:,} digits"
    print_table(("digit", "read right", "right when said"), rows, title)
    wrong = [(f"{digit} taken for {read}", n) for digit, read, n in mistakes]
    print_table(("mistake", "times"), wrong)


@click.command("predict")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option(
    "--model", type=Model(), default="robust", show_default=True, help="A file, or a name."
)
@as_json
def predict_command(files: tuple[Path, ...], model: Named, machine: bool) -> None:
    """Read photos or scans of one handwritten digit each.

    A file that cannot be read is named, the others are read all the same; the code is then 1.
    """
    _check_digits(model)
    with needing("ink"):
        from simplenet.ink.novelty import KnownDigits

        known = KnownDigits.load()
        found = [_read(path, model, known) for path in files]
    if machine:
        print_json({"model": model.name, "files": found})
    else:
        rows = [
            (
                one["file"],
                one.get("digit"),
                percent(one.get("probability")),
                one.get("second"),
                one.get("error") or one.get("doubt") or "",
            )
            for one in found
        ]
        print_table(("file", "digit", "sure", "or", "but"), rows)
    if any("error" in one for one in found):
        raise click.exceptions.Exit(FAILED)


WORDS = {
    "several": "is one of several digits",
    "parts": "looks like several",
    "wide": "is wider than a digit",
    "thick": "is drawn too thickly for its size",
    "pair": "looks like two digits that touch",
    "unlike": "looks like no digit",
}
"""Why a picture does not look like one digit, for people."""


def _read(path: Path, model: Named, known: Any) -> dict[str, Any]:
    """Return what a network reads in a file, or why it cannot."""
    from simplenet.ink import NoInkError, canvas_to_input
    from simplenet.ink.photo import PhotoError, read_photo

    try:
        photo = read_photo(path.read_bytes(), path.name)
        x = canvas_to_input(photo.ink)
    except OSError as error:
        return {"file": str(path), "error": error.strerror or str(error)}
    except (PhotoError, NoInkError) as error:
        return {"file": str(path), "error": str(error)}
    y = model.net.predict(x)[0]
    order = y.argsort()[::-1]
    doubt = known.look(x[0], photo.ink, several=photo.several).doubt
    return {
        "file": str(path),
        "digit": int(order[0]),
        "probability": float(y[order[0]]),
        "second": int(order[1]),
        "probabilities": y.tolist(),
        "doubt": WORDS[doubt] if doubt else None,
    }


def _check_digits(model: Named) -> None:
    """Refuse a network that does not read digits."""
    if (model.net.input_size, model.net.output_size) != DIGITS:
        raise Failure(
            f"a network of 784 inputs and 10 classes is needed, {model.name} is {model.net}"
        )
