"""`simplenet export` and `simplenet import`: networks for other programs, and from them."""

from __future__ import annotations

from pathlib import Path

import click

from simplenet.cli.options import Model, Named
from simplenet.cli.saying import Failure, as_json, console, failing, needing, print_json
from simplenet.exports import FORMATS, exported, read_network
from simplenet.storage import MOST_BYTES, ModelFileError, save_model


@click.command(
    "export",
    epilog="Formats: " + "; ".join(f"{one.name}, {one.title}" for one in FORMATS.values()) + ".",
)
@click.argument("model", type=Model())
@click.option("--to", type=click.Choice(tuple(FORMATS)), required=True, help="The format.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new file.")
@as_json
def export_command(model: Named, to: str, out: Path, machine: bool) -> None:
    """Write a network for another program.

    MODEL is a file, or the name of a network that comes with the package, such as robust.
    """
    if out.exists():
        raise Failure(f"there is a file {out} already; choose another name")
    with needing("export"), failing(ValueError, OSError):
        content = exported(model.net, to, model.metadata)
        with open(out, "xb") as file:
            file.write(content)
    _say(machine, model=model.name, to=to, out=str(out), bytes=len(content))


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new file.")
@as_json
def import_command(file: Path, out: Path, machine: bool) -> None:
    """Take a network of the same kind from another program.

    FILE is PyTorch's state_dict (.pt or .safetensors), ONNX, or JSON as export writes it.
    """
    with needing("export"), failing(ModelFileError, ValueError, OSError):
        with open(file, "rb") as opened:
            saved = read_network(opened.read(MOST_BYTES + 1), file.name)
        save_model(out, saved.net, saved.metadata)
    net = saved.net
    sizes = {
        "input_size": net.input_size,
        "hidden_size": net.hidden_size,
        "output_size": net.output_size,
    }
    _say(machine, file=str(file), out=str(out), **sizes)


def _say(machine: bool, **told: object) -> None:
    """Say what was written."""
    if machine:
        print_json(told)
    else:
        console(stderr=True).print(f"written: {told['out']}", markup=False)
