"""What a result depends on beside its recipe: the data, the code, and the versions."""

from __future__ import annotations

import platform
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import simplenet
from simplenet.data.loading import BUNDLED


@cache
def made_with() -> dict[str, str]:
    """Return fingerprints of the bundled data and of the engine's code, and the versions in use."""
    root = Path(simplenet.__file__).parent
    code = sha256()
    for path in sorted(root.rglob("*.py")):
        code.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return {
        "data": sha256(BUNDLED.read_bytes()).hexdigest()[:16],
        "code": code.hexdigest()[:16],
        "python": platform.python_version(),
        "numpy": version("numpy"),
    }
