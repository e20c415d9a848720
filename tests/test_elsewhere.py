"""The package on systems that lack what Linux has, such as Windows."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

AS_ON_WINDOWS = """
import ctypes, importlib, os, signal, sys
from pathlib import Path
import streamlit

def modules():
    for package in ("simplenet", "pages"):
        for path in sorted(Path(package).rglob("*.py")):
            is_ours = not {"__main__.py", "migrations", "templates", "bundled"} & {*path.parts}
            if is_ours and "run_page(page)" not in path.read_text(encoding="utf-8"):
                name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
                importlib.import_module(name)
    return {name for name in sys.modules if name.split(".")[0] in ("simplenet", "pages")}

# The files of components are for a server, which there is none of.
streamlit.components.v2.component = lambda *_, **__: None
ours = modules()  # What they need of others is there from now on, as on a Windows that has it.
for name in ours:
    del sys.modules[name]
for name in ("fork", "forkpty", "getuid", "geteuid", "getpgid", "getpriority", "setpriority",
             "nice", "PRIO_PROCESS", "sched_getaffinity", "sched_setaffinity", "setsid", "killpg",
             "mkfifo", "statvfs", "uname", "sysconf", "O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC"):
    delattr(os, name)
for name in ("SIGKILL", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCHLD", "pthread_sigmask",
             "alarm", "setitimer"):
    delattr(signal, name)
for name in ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog"):
    sys.modules[name] = None  # An import of it fails.

class CDLL(ctypes.CDLL):
    def __init__(self, name, *more, **how):
        if name is None:
            raise TypeError("there is no library without a name")
        super().__init__(name, *more, **how)

ctypes.CDLL = CDLL
sys.platform = "win32"
"""

IMPORTS = """
again = modules()
assert again == ours, again ^ ours
assert len(ours) > 200, len(ours)
"""

USES = """
import logging, tempfile
from pathlib import Path
from types import SimpleNamespace

from pages.platform.files import allow_files
from simplenet import SimpleNet, TrainingConfig, load_mnist, load_model, save_model, train
from simplenet.cli.lab import user_data
from simplenet.jobs.cluster import private_folder
from simplenet.jobs.memory import give_back, share_arenas
from simplenet.jobs.preparation import Preparation
from simplenet.runs.store.room import Limits
from simplenet.runs.store.store import open_store

allow_files()
assert not share_arenas() and not give_back()
assert private_folder().name == "simplenet"
assert user_data() == Path(os.environ["LOCALAPPDATA"])
warmed = []
Preparation(lambda: warmed.append(1)).setup(SimpleNamespace(nanny="tls://1"))
assert warmed == [1]
folder = Path(tempfile.mkdtemp())
net = SimpleNet(784, 3, 10, rng=0)
for record in train(net, load_mnist(), TrainingConfig(iterations=2), evaluating=False):
    pass
save_model(folder / "mine.safetensors", net)
assert load_model(folder / "mine.safetensors").net == net
store = open_store(None, folder, Limits())
assert not store.problem
store.close()
"""


def without_unix(program, tmp_path):
    """Run a program in a process that has nothing of Unix but its files."""
    command = [sys.executable, "-W", "error", "-c", program]
    env = {"OPENBLAS_NUM_THREADS": "1", "TMPDIR": str(tmp_path), "LOCALAPPDATA": str(tmp_path)}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


@pytest.mark.slow
def test_every_module_is_imported_and_works_without_what_only_unix_has(tmp_path):
    found = without_unix(AS_ON_WINDOWS + IMPORTS + USES, tmp_path)
    assert found.returncode == 0, found.stderr


def text_files(tree):
    """Give the calls that open a file as text, and name no encoding."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or any(k.arg == "encoding" for k in call.keywords):
            continue
        name = getattr(call.func, "attr", "")
        if (name == "read_text" and not call.args) or (name == "write_text" and len(call.args) < 2):
            yield call
        elif getattr(call.func, "id", "") == "open":
            mode = getattr((*call.args, None)[1], "value", "r")
            if "b" not in mode:
                yield call


def test_no_text_is_read_in_the_encoding_of_the_region():
    for wrong in ("path.read_text()", "path.write_text('a')", "open(path, 'w')", "open(path)"):
        assert list(text_files(ast.parse(wrong)))
    for right in ("path.read_text('utf-8')", "path.read_text(encoding='utf-8')", "open(p, 'rb')"):
        assert not list(text_files(ast.parse(right)))
    paths = [*ROOT.glob("simplenet/**/*.py"), *ROOT.glob("pages/**/*.py"), ROOT / "app.py"]
    assert len(paths) > 200
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in paths
        for call in text_files(ast.parse(path.read_bytes()))
    ]
    assert found == []


@pytest.mark.slow
def test_a_pipe_with_the_letters_of_one_region_gets_every_name(tmp_path):
    """As pipes have it on Windows."""
    name = "三.png"
    (tmp_path / name).write_bytes(b"no picture")
    command = [sys.executable, "-m", "simplenet", "predict", name]
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp1252"}

    def said(*words):
        return subprocess.run([*command, *words], cwd=tmp_path, env=env, capture_output=True)

    assert json.loads(said("--json").stdout)["files"][0]["file"] == name
    found = said()
    assert found.returncode == 1, found.stderr
    assert rb"\u4e09.png is not an image" in found.stdout
