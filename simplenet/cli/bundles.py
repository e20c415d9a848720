"""`simplenet bundle`: what a training that was taken along holds, and its network as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from simplenet.cli.saying import as_json, failing, needing, percent, print_json, print_table

ACCURACIES = ("train_accuracy", "test_accuracy")


@click.command("bundle")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="A new file for its network.")
@as_json
def bundle_command(file: Path, out: Path | None, machine: bool) -> None:
    """Say what a bundle holds, and take its network out.

    FILE is what the app takes along, or what train --bundle wrote.
    """
    with needing("app"):
        from simplenet.runs.bundle import BundleError, bundle_from_bytes
    from simplenet.network import SimpleNet
    from simplenet.runs import described, recipe_of
    from simplenet.storage import save_model

    with failing(OSError, BundleError):
        bundle = bundle_from_bytes(file.read_bytes())
    kept = bundle.state.kept
    if out:
        with failing(OSError, ValueError):
            metadata = described(bundle.work, bundle.records, kept.record)
            save_model(out, SimpleNet.from_params(kept.params), metadata)
    told: dict[str, Any] = {
        "name": bundle.name or None,
        "end": bundle.end,
        "iterations": bundle.state.last.iteration,
        "train_accuracy": kept.record.train_accuracy,
        "test_accuracy": kept.record.test_accuracy,
        "out": str(out) if out else None,
    }
    recipe: dict[str, Any] = recipe_of(bundle.work)
    if machine:
        print_json(told | {"recipe": recipe, "made_with": bundle.made_with})
        return
    shares = {name: percent(getattr(kept.record, name)) for name in ACCURACIES}
    with_what = {f"made with {name}": value for name, value in bundle.made_with.items()}
    words = told | shares | recipe.pop("training") | recipe | with_what
    rows = [(name.replace("_", " "), str(value)) for name, value in words.items() if value]
    print_table(("what", "value"), rows)
