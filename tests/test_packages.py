"""What the app is made of: packages under permissive licences, none known to be unsafe."""

import json
import os
import subprocess
import time
from email.message import Message
from subprocess import CompletedProcess
from types import SimpleNamespace

import pytest

from tests import packages
from tests.packages import DAY_S, audit, licences, main, not_permissive, runtime


def test_every_package_of_the_app_has_a_permissive_licence():
    assert {"numpy", "streamlit", "starlette", "plotly", "distributed"} <= set(runtime())
    assert "pytest" not in runtime()
    assert list(not_permissive()) == []


@pytest.mark.parametrize(
    ("headers", "seen"),
    [
        ([("License-Expression", "BSD-3-Clause AND (MIT OR GPL-2.0-only)")], True),
        ([("License-Expression", "MIT AND GPL-3.0-only")], False),
        ([("License-Expression", "LGPL-2.1-or-later")], False),
        ([("Classifier", "License :: OSI Approved :: MIT License")], True),
        ([("Classifier", "License :: OSI Approved :: GNU General Public License (GPL)")], False),
        ([("License", "Apache 2.0")], True),
        ([("License", "Proprietary")], False),
        ([], False),
    ],
)
def test_other_licences_are_seen(monkeypatch, headers, seen):
    metadata = Message()
    for name, value in headers:
        metadata[name] = value
    package = SimpleNamespace(metadata=metadata)
    assert licences(package)
    monkeypatch.setattr(packages, "runtime", lambda: {"one": package})
    assert (list(not_permissive()) == []) == seen
    monkeypatch.setattr(packages, "audit", lambda: 0)
    assert main() == (0 if seen else 1)


def answer(*vulns):
    return json.dumps({"dependencies": [{"name": "numpy", "version": "1", "vulns": list(vulns)}]})


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Answers that pip-audit gives, one by one, and none left at the end."""
    answers = []

    def run(command, **_):
        assert "pip_audit" in command
        given = answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return CompletedProcess(command, 0, given, "")

    monkeypatch.setattr(packages, "STAMP", tmp_path / "audited")
    monkeypatch.setattr(packages.subprocess, "run", run)
    yield answers
    assert answers == []


def test_a_package_that_is_known_to_be_unsafe_fails(asked, capsys):
    asked += [answer({"id": "PYSEC-1", "fix_versions": ["2", "3"]})] * 2
    assert audit() == 1
    assert "numpy 1: PYSEC-1, mended in 2, 3" in capsys.readouterr().out
    assert audit() == 1  # And again, until it is mended.


@pytest.mark.parametrize("given", ["", "{", subprocess.TimeoutExpired("pip-audit", 1)])
def test_where_nobody_answers_it_says_so_and_passes(asked, capsys, given):
    asked += [given]
    assert audit() == 0
    assert "could not be checked" in capsys.readouterr().out


def test_an_answer_holds_for_a_day_and_for_these_packages(asked, capsys, monkeypatch):
    asked += [answer()]
    assert audit() == audit() == 0
    assert capsys.readouterr().out == "none of 1 packages is known to be unsafe\n"
    asked += [answer()]
    old = time.time() - DAY_S - 1
    os.utime(packages.STAMP, (old, old))
    assert audit() == 0
    asked += [answer()]
    monkeypatch.setattr(packages, "runtime", dict)
    assert audit() == 0
