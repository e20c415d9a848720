"""How many heaps the threads of a server have; in a process of its own, as it is for all of it."""

import platform
import re
import subprocess
import sys

import pytest

from simplenet.jobs.memory import ARENAS

COUNTED = """
import ctypes, sys, threading
from simplenet.jobs.memory import share_arenas
if "shared" in sys.argv:
    assert share_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
ready = threading.Barrier(13)
def allocate():
    libc.malloc(1000)
    ready.wait()
for _ in range(12):
    threading.Thread(target=allocate).start()
ready.wait()
file = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, file)
libc.fflush(file)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no arenas")
def test_the_threads_of_a_server_share_their_heaps():
    def heaps(*words):
        command = [sys.executable, "-c", COUNTED, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return len(re.findall("<heap nr", done.stdout))

    assert heaps() > ARENAS
    assert heaps("shared") <= ARENAS
