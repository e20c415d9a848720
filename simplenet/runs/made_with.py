"""What a result depends on beside its recipe: the data, the code, and the versions."""

from __future__ import annotations

import platform
from functools import cache
from hashlib import sha256
from importlib.metadata import version

from simplenet.data.loading import BUNDLED
from simplenet.jobs.same_code import package_code


@cache
def made_with() -> dict[str, str]:
    """Return fingerprints of the bundled data and of the engine's code, and the versions in use."""
    return {
        "data": sha256(BUNDLED.read_bytes()).hexdigest()[:16],
        "code": package_code(),
        "python": platform.python_version(),
        "numpy": version("numpy"),
    }
