"""The examples in the docstrings of the engine are right."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[2] / "simplenet"
MODULES = [
    ".".join(("simplenet", *path.relative_to(ENGINE).with_suffix("").parts))
    for path in sorted(ENGINE.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


def test_the_functions_of_the_article_have_examples():
    named = ("functions", "network", "gradients", "data.dataset", "training.loop", "estimator")
    assert {f"simplenet.{name}" for name in named} <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module_are_right(name):
    found = doctest.testmod(import_module(name))
    assert found.attempted
    assert not found.failed
