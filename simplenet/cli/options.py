"""Options that several commands have: the recipe of a training, made from its fields; a network."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import fields
from inspect import cleandoc
from pathlib import Path
from types import UnionType
from typing import Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import click
from click.shell_completion import CompletionItem

from simplenet.cli.saying import Failure
from simplenet.network import SimpleNet
from simplenet.places import models
from simplenet.runs import LIMITS, TrainingRun
from simplenet.training import TrainingConfig

Command = TypeVar("Command", bound=Callable[..., Any])

OF_THE_RUN = ("hidden_size", "weight_init_std", "source")
"""The settings of a `TrainingRun` beside its recipe; where it starts is not one to type."""


class Named(NamedTuple):
    """A network, what it is called, and what is known about it."""

    name: str
    net: SimpleNet
    metadata: dict[str, Any]


class Model(click.ParamType[Named]):
    """A file of a network, or the name of one in the folder of networks, such as robust."""

    name = "model"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Named:
        """Return the network that is named."""
        if isinstance(value, Named):
            return value
        from simplenet.storage import SUFFIX, ModelFileError, load_model

        path = Path(value)
        if not path.exists() and path.name == value:
            path = models() / f"{value}{SUFFIX}"
        try:
            saved = load_model(path)
        except FileNotFoundError:
            self.fail(
                f"there is no file {value!r}, nor a network of that name: {', '.join(names())}",
                param,
                ctx,
            )
        except (OSError, ModelFileError) as error:
            self.fail(str(error), param, ctx)
        return Named(path.stem, saved.net, saved.metadata)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the names that begin so, and let the shell add the files."""
        found = [CompletionItem(name) for name in names() if name.startswith(incomplete)]
        return [*found, CompletionItem(incomplete, type="file")]


def names() -> list[str]:
    """Return the names of the networks that are there."""
    from simplenet.storage import list_models

    return [path.stem for path in list_models(models())]


def recipe(command: Command) -> Command:
    """Give a command an option for every field of a recipe, with its limits and its default."""
    help_of = described(TrainingConfig) | described(TrainingRun)
    for owner, name in reversed(settings()):
        kind = get_type_hints(owner)[name]
        default = getattr(owner, name)
        command = click.option(
            f"--{name.replace('_', '-')}",
            type=_type(name, kind),
            default=default,
            multiple=get_origin(kind) is tuple,
            show_default=default not in (None, ()),
            help=help_of[name],
        )(command)
    return command


def settings() -> list[tuple[type, str]]:
    """Return the fields of a recipe, each with the class that has it."""
    own = [(TrainingConfig, field.name) for field in fields(TrainingConfig)]
    return [*own, *((TrainingRun, name) for name in OF_THE_RUN)]


def split(options: dict[str, Any]) -> tuple[TrainingConfig, dict[str, Any]]:
    """Return the recipe that options make, and the settings of the run beside it."""
    own = {name: options[name] for owner, name in settings() if owner is TrainingConfig}
    return TrainingConfig(**own), {name: options[name] for name in OF_THE_RUN}


def described(owner: type) -> dict[str, str]:
    """Return the first sentence of each parameter in a numpydoc docstring."""
    # Python 3.13 takes the indentation away by itself.
    section = re.split(r"\n\n[A-Z]\w+\n-+\n", cleandoc(owner.__doc__ or ""))[1]
    found = {}
    for name, text in re.findall(r"^(\w+) : .*\n((?: {4}.*\n?)+)", section, re.MULTILINE):
        words = " ".join(text.split())
        found[name] = re.split(r"(?<=\w)[.:;] |\.$", words)[0].replace("``", "")
    return found


def _type(name: str, kind: Any) -> click.ParamType[Any]:
    """Return what Click checks a value of a field with."""
    if get_origin(kind) in (Union, UnionType):  # One that may be left out.
        kind = next(part for part in get_args(kind) if part is not type(None))
    if get_origin(kind) is tuple:
        kind = get_args(kind)[0]
    if get_origin(kind) is Literal:
        return click.Choice(get_args(kind))
    low, high = LIMITS[name]
    if kind is int:
        return click.IntRange(int(low), int(high))
    return click.FloatRange(low, high)


def check_place(path: Path) -> None:
    """Say what is wrong with the place of a file before any training is lost by it."""
    if path.exists():
        raise Failure(f"there is a file {path} already; choose another name")
    if not path.parent.is_dir():
        raise Failure(f"there is no folder {path.parent}; make it first, or choose another")
    if not os.access(path.parent, os.W_OK):
        raise Failure(f"nothing can be written into the folder {path.parent}; choose another")
