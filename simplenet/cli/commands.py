"""The command line, put together: its commands, and what holds for each of them."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import get_completion_class

from simplenet import __version__
from simplenet.cli.asking import eval_command, predict_command
from simplenet.cli.bundles import bundle_command
from simplenet.cli.check import gradcheck_command
from simplenet.cli.files import export_command, import_command
from simplenet.cli.interrupts import INTERRUPTED, interruptible
from simplenet.cli.lab import lab_command
from simplenet.cli.saying import write_any_letter
from simplenet.cli.sweeping import sweep_command
from simplenet.cli.training import train_command


class Commands(click.Group):
    """The commands; one that is interrupted ends with its code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        try:
            with interruptible():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="simplenet")
def every_command() -> None:
    """Train, ask and take apart a network that reads handwritten digits.

    A command ends with 0 if it did what it says, 1 if that did not come out right, 2 if it was
    not understood, 3 if an extra is not installed, 130 after Ctrl-C.
    """
    write_any_letter()


@every_command.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion_command(shell: str) -> None:
    """Print what makes a shell complete commands, options and names of networks.

    For bash: eval "$(simplenet completion bash)"
    """
    kind = get_completion_class(shell)
    assert kind is not None  # Click has all three.
    click.echo(kind(every_command, {}, "simplenet", "_SIMPLENET_COMPLETE").source())


for command in (
    train_command,
    eval_command,
    predict_command,
    gradcheck_command,
    sweep_command,
    bundle_command,
    export_command,
    import_command,
    lab_command,
):
    every_command.add_command(command)
