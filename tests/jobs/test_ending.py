"""What a server that is being stopped says of the errors that come of it.

In processes of their own: the threads of whatever other jobs are in this one would end, too.
"""

import subprocess
import sys
from pathlib import Path

SERVER = """
import sys, threading
from simplenet.jobs import ending
from simplenet.jobs.workers import Workers

tried, go_on = threading.Event(), threading.Event()

def connect(_):
    tried.set()
    go_on.wait(60)
    raise LookupError("no such module")

Workers._connect = connect
workers = Workers(threading.Condition())
workers.want()
assert tried.wait(60)
if sys.argv[1] == "is being stopped":
    ending.ENDING.set()
go_on.set()
if sys.argv[1] == "is being stopped":
    workers._keeper.join(60)
    assert not workers._keeper.is_alive()
workers.close()
"""
PAGES = """
import asyncio
from pages.platform import early
from simplenet.jobs.ending import is_ending

early.begin = lambda: None

async def live():
    async with early.early(None):
        assert not is_ending()

asyncio.run(live())
assert is_ending()
"""


def said(program, *arguments):
    """Return what a program writes to the log, once it has ended well."""
    command = [sys.executable, "-c", program, *arguments]
    ended = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=240
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stderr


def test_an_error_that_nobody_expected_is_logged():
    log = said(SERVER, "goes on")
    assert log.startswith("the workers could not be looked after, once more\nTraceback")
    assert log.endswith("LookupError: no such module\n")


def test_an_error_that_comes_of_the_end_is_none():
    assert said(SERVER, "is being stopped") == ""


def test_the_pages_tell_the_jobs_that_they_are_being_stopped():
    said(PAGES)
