"""What a command says: tables for people, JSON for machines, and errors with a code."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

FAILED, MISSING = 1, 3
"""The codes that a command ends with when it is neither 0 nor `INTERRUPTED`: what was asked did
not come out right; an extra is not installed. Click has 2 for what is not understood."""

as_json = click.option("--json", "machine", is_flag=True, help="Print one JSON object.")


class Failure(click.ClickException):
    """Ends a command with a sentence on stderr."""

    exit_code = FAILED


class Missing(Failure):
    """Ends a command that needs what is not installed."""

    exit_code = MISSING


@contextmanager
def failing(*kinds: type[Exception]) -> Iterator[None]:
    """Let errors of these kinds end the command with their sentence."""
    try:
        yield
    except kinds as error:
        raise Failure(str(error)) from error


@contextmanager
def needing(extra: str) -> Iterator[None]:
    """Say which extra of the package has the library that cannot be imported."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise Missing(
            f"{error.name} is not installed; it comes with pip install 'simplenet-lab[{extra}]'"
        ) from error


def write_any_letter() -> None:
    """Make stdout and stderr write the number of each character that they cannot show.

    On Windows a pipe can only show the characters of one region: a file with another name would
    end a command with a traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def print_json(values: dict[str, Any]) -> None:
    """Print an object as JSON, on stdout; in ASCII, which every pipe passes on as it is."""
    click.echo(json.dumps(values, allow_nan=False))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
    """Print rows as a table on stdout; numbers are to the right."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left")
    for name, value in zip(columns, rows[0] if rows else columns, strict=True):
        table.add_column(name, justify="left" if isinstance(value, str) else "right")
    for row in rows:  # As text: a name of a file may look like a style.
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    console().print(table)


def console(*, stderr: bool = False) -> Console:
    """Return rich's view of stdout or of stderr, with long lines where it is no terminal."""
    from rich.console import Console

    found = Console(stderr=stderr, highlight=False)
    return found if found.is_terminal else Console(stderr=stderr, highlight=False, width=200)


def percent(share: float | None) -> str:
    """Return a share in [0, 1] as people write it."""
    return "" if share is None else f"{share:.2%}"
