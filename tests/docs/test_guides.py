"""The guides: what they show runs, what they name is there."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from pydoc import locate

import click
import pytest

from simplenet.cli.commands import every_command

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = {path.relative_to(DOCS).as_posix(): path.read_text("utf-8") for path in DOCS.rglob("*.md")}
PROGRAMS = {
    name: "\n".join(blocks)
    for name, words in PAGES.items()
    if (blocks := re.findall(r"^```python\n(.*?)^```", words, re.MULTILINE | re.DOTALL))
}


def test_every_page_is_in_the_menu():
    menu = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2]
    assert set(re.findall(r": (\S+\.md)$", menu, re.MULTILINE)) == set(PAGES)


def test_the_reference_names_what_is_there():
    named = re.findall(r"^::: (\S+)$", "\n".join(PAGES.values()), re.MULTILINE)
    assert len(named) > 15
    assert [name for name in named if locate(name) is None] == []


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path):
    """As `make docs` does it: a link that leads nowhere is a warning, and so an error."""
    command = re.search(r"/mkdocs (.*)", (ROOT / "Makefile").read_text("utf-8"))[1]
    found = subprocess.run(
        [sys.executable, "-m", "mkdocs", *command.split(), "--site-dir", tmp_path],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    assert "Documentation built" in found.stderr  # With --quiet no warning would be an error.
    sites = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*.html")}
    assert {name.replace(".md", ".html") for name in PAGES} <= set(sites)
    loaded = r"<(?:link|script|img|iframe)[^>]*(?:src|href)=\"?(?:https?:)?//[^>]*>"
    for name, path in sites.items():
        words = path.read_text("utf-8")
        assert re.findall(loaded, words) == [], name
    assert "mini_batch" in sites["reference/data.html"].read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_python_of_a_guide_runs(name, tmp_path):
    command = [sys.executable, "-W", "error", "-c", PROGRAMS[name]]
    env = {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    found = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr


def test_the_commands_of_the_guides_are_understood():
    lines = re.findall(r"^simplenet (?!COMMAND).*$", "\n".join(PAGES.values()), re.MULTILINE)
    assert len(lines) > 8
    for line in lines:
        name, *words = shlex.split(line, comments=True)[1:]
        command = every_command.commands[name]
        command.make_parser(click.Context(command)).parse_args(words)


def test_the_container_is_given_what_there_is_and_starts_the_app():
    lines = (DOCS / "Containerfile").read_text("utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]]
    assert [one for one in copied if not list(ROOT.glob(one))] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packed = {Path(one).parts[0] for one in included(project)}
    assert packed <= {Path(one).parts[0] for one in copied}
    (command,) = (line.removeprefix("CMD ") for line in lines if line.startswith("CMD"))
    name, lab, *words = json.loads(command)
    assert name in project["project"]["scripts"]
    command = every_command.commands[lab]
    command.make_parser(click.Context(command)).parse_args(words)


def included(project):
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    return {"pyproject.toml", *wheel["packages"], *wheel["force-include"]}


def test_the_cluster_is_started_as_the_readme_says():
    """Those commands are run by a test; these are the same."""
    found = re.findall(r"^(?:[^\s=]+ -m dask|SIMPLENET_SCHEDULER=).*$", PAGES["cluster.md"], re.M)
    commands = [line for line in found if "tls" not in line]
    assert len(commands) == 3
    assert set(commands) <= set((ROOT / "README.md").read_text("utf-8").splitlines())
