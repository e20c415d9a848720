"""`simplenet lab`: the app, from a checkout or from an installed wheel."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click

from simplenet.cli.saying import Failure, Missing, failing
from simplenet.places import app_folder, shipped_models

NEEDED = ("streamlit", "plotly", "sqlalchemy", "distributed")
"""Some of what the extra [app] has: without them the app would end in a traceback."""


@click.command("lab")
@click.option("--port", type=click.IntRange(1, 65535), help="Else 8501, or the next free one.")
@click.option("--address", help="Else 127.0.0.1; 0.0.0.0 opens it to the network.")
@click.option("--no-browser", is_flag=True, help="Open no browser.")
def lab_command(port: int | None, address: str | None, no_browser: bool) -> None:
    """Start the app; Ctrl-C ends it.

    Installed from a wheel it keeps runs, and the networks that people save, in a folder of yours;
    SIMPLENET_DATA and SIMPLENET_MODELS name others.
    """
    folder = app_folder()
    if folder is None:
        raise Failure("this package has no app: install it with pip install 'simplenet-lab[app]'")
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise Missing(
            f"not installed: {', '.join(missing)}; they come with pip install 'simplenet-lab[app]'"
        )
    options = [f"--server.port={port}"] if port else []
    options += [f"--server.address={address}"] if address else []
    options += ["--server.headless=true"] if no_browser else []
    command = [sys.executable, "-m", "pages.platform.offline", "run", "app.py", *options]
    with failing(OSError):
        environment = os.environ | places(folder)
    with subprocess.Popen(command, cwd=folder, env=environment) as server:
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        while True:
            try:
                code = server.wait()
            except KeyboardInterrupt:  # The server has got it, too, and ends by itself.
                continue
            break
    raise click.exceptions.Exit(max(code, 0))


def places(folder: Path) -> dict[str, str]:
    """Return where an app keeps what people make, as its environment has it.

    A checkout keeps it inside. What pip has installed is pip's: an update would take it away, and
    it need not be writable. So an installed one keeps it in a folder of the user's, with a copy
    of the shipped networks beside those that people save.
    """
    if (folder / "pyproject.toml").exists():
        return {}
    data = user_data() / "simplenet-lab"
    found = {}
    if not os.environ.get("SIMPLENET_DATA"):
        found["SIMPLENET_DATA"] = str(data / "kept")
    if not os.environ.get("SIMPLENET_MODELS"):
        models = data / "models"
        models.mkdir(parents=True, exist_ok=True)
        for path in shipped_models().iterdir():
            shutil.copyfile(path, models / path.name)
        found["SIMPLENET_MODELS"] = str(models)
    return found


def user_data() -> Path:
    """Return the folder where programs of a person keep their data, as each system has it."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
