"""As many open files as a server needs: each visit takes four, and a connection is one, too.

Most systems let a process have 1,024 unless it asks for more: that ends at some hundred visits.
"""

from __future__ import annotations

import sys

MOST = 65_536
"""As many as it asks for, where that is not more than it may have."""


def allow_files() -> None:
    """Let this process have as many open files as it may, up to `MOST`."""
    if sys.platform == "win32":  # It has no such limit.
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
