"""Where the app is, and the networks that come with it: in a checkout, or in an installed wheel."""

from __future__ import annotations

import os
from pathlib import Path

BESIDE = Path(__file__).parents[1]
"""The folder that this package is in: the checkout, or where wheels are installed."""


def app_folder() -> Path | None:
    """Return the folder with `app.py`, its pages and its settings; None if there is none.

    A wheel has them in `simplenet_lab`, a folder to run and no package: nobody wants one that is
    named `pages`. In a checkout they are beside this package.
    """
    for folder in (BESIDE / "simplenet_lab", BESIDE):
        if (folder / "app.py").is_file() and (folder / "pages" / "home.py").is_file():
            return folder
    return None


def shipped_models() -> Path:
    """Return the folder of the networks that come with this package, and of their cards."""
    wheel = BESIDE / "simplenet_lab" / "models"
    return wheel if wheel.is_dir() else BESIDE / "models"


def models() -> Path:
    """Return the folder of the networks to choose from, where people also save theirs.

    It is the one of the shipped networks, unless `SIMPLENET_MODELS` names another.
    """
    return Path(os.environ.get("SIMPLENET_MODELS") or shipped_models())
