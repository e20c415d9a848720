"""The packages that the app needs to run: their licences, and whether one is known to be unsafe.

``python -m tests.packages`` asks OSV, the open list of vulnerabilities, by pip-audit, once a day
where it can be reached; where it cannot, it says so and passes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
STAMP = Path(sys.prefix) / "audited"

DAY_S = 24 * 60 * 60
"""For how long an answer holds, unless other packages are installed meanwhile."""

ANSWER_S, ALL_S = 5, 60
"""How long one answer, and all of them, are waited for."""

PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "PSF-2.0",
    "Unlicense",
    "Zlib",
}
"""The licences that ask for no more than that they are named, as SPDX calls them."""

MEANT = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
}
"""What older packages write."""

EXCEPTIONS = {
    "certifi": "Mozilla Public License 2.0 (MPL 2.0)",  # A list of certificates, unchanged.
}
"""Packages with another licence, and why that is no harm."""


def runtime() -> dict[str, Distribution]:
    """Return what is installed of `requirements.txt`, and of what that needs, by name."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    waiting = [Requirement(line) for line in lines if line and not line.startswith("#")]
    found: dict[str, Distribution] = {}
    seen = set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if (name, frozenset(wanted.extras)) in seen:
            continue
        seen.add((name, frozenset(wanted.extras)))
        found[name] = distribution(name)
        for line in found[name].requires or []:
            need = Requirement(line)
            extras = wanted.extras or {""}
            if not need.marker or any(need.marker.evaluate({"extra": one}) for one in extras):
                waiting.append(need)
    return found


def licences(package: Distribution) -> list[str]:
    """Return the licences of a package, which all hold; of some, one may be chosen: `A OR B`."""
    metadata = package.metadata
    if expression := metadata.get("License-Expression"):
        return expression.replace("(", "").replace(")", "").split(" AND ")
    classifiers = metadata.get_all("Classifier") or []
    told = [one.rsplit(" :: ", 1)[1] for one in classifiers if one.startswith("License :: ")]
    told = told or [metadata.get("License") or "none"]
    return [MEANT.get(one, one) for one in told]


def not_permissive() -> Iterator[str]:
    """Give what has to be looked at: packages with another licence, or with none."""
    for name, package in sorted(runtime().items()):
        for one in licences(package):
            if EXCEPTIONS.get(name) != one and not set(one.split(" OR ")) & PERMISSIVE:
                yield f"{name}: {one.splitlines()[0]}"


def audit() -> int:
    """Say in a line whether a package is known to be unsafe; return 1 only then."""
    pins = "\n".join(f"{name}=={one.version}" for name, one in sorted(runtime().items()))
    if STAMP.exists() and STAMP.read_text() == pins and time.time() - STAMP.stat().st_mtime < DAY_S:
        return 0
    with TemporaryDirectory() as folder:
        listed = Path(folder) / "packages.txt"
        listed.write_text(pins)
        what = ["--requirement", str(listed), "--no-deps", "--disable-pip"]
        how = ["--vulnerability-service", "osv", "--timeout", str(ANSWER_S)]
        command = [sys.executable, "-m", "pip_audit", *what, *how, "--format", "json"]
        try:
            found = subprocess.run(
                [*command, "--progress-spinner", "off"],
                capture_output=True,
                text=True,
                timeout=ALL_S,
            )
            packages = json.loads(found.stdout)["dependencies"]
        except (subprocess.TimeoutExpired, json.JSONDecodeError):
            say("the packages could not be checked: the list of vulnerabilities is out of reach")
            return 0
    unsafe = [
        f"{package['name']} {package['version']}: {one['id']}, mended in "
        f"{', '.join(one['fix_versions']) or 'no release yet'}"
        for package in packages
        for one in package.get("vulns", [])
    ]
    if unsafe:
        say("\n".join(["these packages are known to be unsafe:", *unsafe]))
        return 1
    STAMP.write_text(pins)
    say(f"none of {len(packages)} packages is known to be unsafe")
    return 0


def say(words: str) -> None:
    """Write a line for whoever runs this."""
    sys.stdout.write(f"{words}\n")


def main() -> int:
    """Look at the licences, then at what is known; return 1 if either is wrong."""
    if other := list(not_permissive()):
        say("\n".join(["these packages have other licences than permissive ones:", *other]))
        return 1
    return audit()


if __name__ == "__main__":
    sys.exit(main())
