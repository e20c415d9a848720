"""The command line: `simplenet`, or `python -m simplenet`."""

from __future__ import annotations

from simplenet.cli.interrupts import end_at_once


def main() -> None:
    """Run a command; until all is loaded that it needs, Ctrl-C ends it without a traceback."""
    end_at_once()
    from simplenet.cli.commands import every_command

    every_command(prog_name="simplenet")


if __name__ == "__main__":
    main()
