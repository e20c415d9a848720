"""Ctrl-C at any moment ends with a code and a word: no traceback, also while all is loaded."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from simplenet.cli import interrupts, sweeping

ROOT = Path(__file__).parents[2]

EVERY = 9
"""At each so-manyth import it is tried; each costs a process that is forked."""

AT_EACH_IMPORT = """
import json, os, runpy, signal, sys

class Interrupted:
    count, codes, on = 0, {}, True

    def find_spec(self, name, path=None, target=None):
        begun = signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        if not (self.on and (begun or self.codes)) or os.getpid() != HERE:
            return None
        self.count += 1
        if self.count % EVERY == 0:
            if not (pid := os.fork()):
                signal.raise_signal(signal.SIGINT)
                return None  # Not ended: it goes on to its own end, which is another code.
            self.codes[name] = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return None

EVERY, HERE = int(sys.argv.pop(1)), os.getpid()
signal.signal(signal.SIGINT, signal.default_int_handler)  # May be ignored here.
finder = Interrupted()
sys.meta_path.insert(0, finder)
del sys.argv[0]
try:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
finally:
    finder.on = False
    if os.getpid() == HERE:
        print(json.dumps(finder.codes), file=sys.stderr)
"""


def interrupted_at_each_import(*words):
    """Return the code of a program by the module before whose import it was interrupted."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", AT_EACH_IMPORT, str(EVERY), *words],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
    )
    *said, codes = done.stderr.splitlines()
    assert done.returncode == 0, said[:20]
    assert set(said) == {"interrupted"}, [line for line in said if line != "interrupted"][:20]
    codes = json.loads(codes)
    assert len(said) == len(codes)
    return codes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="tries all moments by forks")
@pytest.mark.parametrize(
    ("words", "least"),
    [
        (("simplenet", "train", "--iterations", "1", "--hidden-size", "1", "--json"), 30),
        (("pages.platform.offline", "version"), 50),  # All that the app loads of Streamlit.
    ],
)
def test_ctrl_c_while_a_command_is_loaded_is_no_traceback(words, least):
    codes = interrupted_at_each_import(*words)
    assert len(codes) >= least
    assert {name: code for name, code in codes.items() if code != 130} == {}


def test_nothing_that_takes_long_is_loaded_before_ctrl_c_is_taken():
    program = """
import simplenet.__main__, sys
print(*sorted({"numpy", "click", "threading", "dataclasses"} & {*sys.modules}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"


@pytest.fixture
def handler():
    """Set how Ctrl-C is handled for a while; it may be ignored where the tests run."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda how: signal.signal(signal.SIGINT, how)
    signal.signal(signal.SIGINT, before)


def test_who_ignores_ctrl_c_goes_on_ignoring_it(handler):
    handler(signal.SIG_IGN)
    interrupts.end_at_once()
    with interrupts.interruptible():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_command_at_work_can_end_in_order(handler):
    handler(signal.default_int_handler)
    interrupts.end_at_once()
    waiting = signal.getsignal(signal.SIGINT)
    assert waiting is not signal.default_int_handler
    with pytest.raises(KeyboardInterrupt), interrupts.interruptible():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is waiting


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="cannot be blocked")
def test_the_processes_of_a_sweep_never_get_it(monkeypatch, handler):
    asked = []

    class Started:
        def Pool(self, *_):  # noqa: N802
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            asked.append(signal.pthread_sigmask(signal.SIG_BLOCK, []))

    handler(signal.default_int_handler)
    monkeypatch.setattr(sweeping, "get_context", lambda _: Started())
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    with pytest.raises(KeyboardInterrupt):
        sweeping.processes(1)
    assert signal.SIGINT in asked[0]
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before
