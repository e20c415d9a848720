"""How many heaps the threads of a server have; in a process of its own, as it is for all of it."""

import platform
import re
import subprocess
import sys
import threading

import pytest

from simplenet.jobs import memory
from simplenet.jobs.memory import ARENAS, give_back, share_arenas

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
libc.free.argtypes = [ctypes.c_void_p]
libc.malloc_trim(0)
for size in (30_000_000, 2_000_000):  # Once freed, the large one is usual for glibc.
    large = libc.malloc(size)
    if size > 2_000_000:
        libc.free(large)
file = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, file)
libc.fflush(file)
"""


pytestmark = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="other C libraries have no arenas"
)


def test_the_threads_of_a_server_share_their_heaps():
    def heaps(*words):
        command = [sys.executable, "-c", COUNTED, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        own = re.search('type="mmap" count="([0-9]+)"', done.stdout)
        return len(re.findall("<heap nr", done.stdout)), int(own[1])

    many, usual = heaps()
    few, own = heaps("shared")
    assert many > ARENAS >= few
    assert own == usual + 1  # What is large is no part of a heap, also when it comes again.


def test_what_was_freed_is_given_back():
    program = """
import ctypes
from simplenet.jobs.memory import give_back
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
pieces = [libc.malloc(1000) for _ in range(50_000)]
for piece in pieces[:-1]:
    ctypes.memset(ctypes.c_void_p(piece), 1, 1000)
for piece in pieces[:-1]:
    libc.free(piece)
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])
before = resident()
assert give_back()
assert resident() < before - 9_000
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_what_the_system_is_told_of_the_memory(monkeypatch):
    told, here, real = [], threading.get_ident(), memory._of_libc

    def of_libc(name):
        if threading.get_ident() != here:  # Other threads of this process may ask, too.
            return real(name)
        return lambda *options: told.append((name, *map(int_of, options))) or True

    def int_of(option):
        return getattr(option, "value", option)

    monkeypatch.setattr(memory, "_of_libc", of_libc)
    assert share_arenas()
    kib = 1024
    # By the numbers in malloc.h: of arenas, of what is large, and of what a heap keeps at its end.
    assert set(told) == {("mallopt", -8, 2), ("mallopt", -3, 512 * kib), ("mallopt", -1, 128 * kib)}
    told.clear()
    assert give_back()
    assert told == [("malloc_trim", 0)]
    monkeypatch.setattr(memory, "_of_libc", lambda name: None)
    assert not share_arenas()
    assert not give_back()
