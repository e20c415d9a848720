"""Whether a worker has the code of the server: other code gives other results, and says nothing."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

ENGINE = Path(__file__).parents[1]


@cache
def package_code() -> str:
    """Return a fingerprint of the engine's code, as it was when this process first asked.

    Whether lines end as on Windows makes no difference.
    """
    code = sha256()
    for path in sorted(ENGINE.rglob("*.py")):
        lines = path.read_bytes().replace(b"\r\n", b"\n")
        code.update(path.relative_to(ENGINE).as_posix().encode() + b"\0" + lines)
    return code.hexdigest()[:16]
