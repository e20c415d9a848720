"""How many files a server may have open, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import resource
from pages.platform.files import MOST, allow_files
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, min({hard}, hard)))
allow_files()
print(*resource.getrlimit(resource.RLIMIT_NOFILE), min(hard, MOST))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(
    ("soft", "hard", "found"), [(256, 1000, 1000), (256, 10**9, None), (900, 900, 900)]
)
def test_a_server_has_as_many_open_files_as_it_may(soft, hard, found):
    program = PROGRAM.format(soft=soft, hard=hard)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    may, _, most = map(int, done.stdout.split())
    assert may == (found or most)
