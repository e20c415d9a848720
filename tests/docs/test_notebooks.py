"""The notebooks run from their first cell to their last, as they are in `docs/notebooks`."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))

RUNNER = """
import json, sys
namespace = {"__name__": "__main__"}
for number, code in enumerate(json.load(sys.stdin)):
    exec(compile(code, f"cell {number}", "exec"), namespace)
"""

SAYS = {
    "article": "accuracy 0.9",
    "gradient-check": "W1 wrong",
    "scikit-learn": "accuracy 0.9",
    "your-digits": "after: own digits",
}
"""What a notebook prints, among all else."""


def cells(path, kind):
    """Return the cells of a kind, and their texts."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    chosen = [cell for cell in found if cell["cell_type"] == kind]
    return chosen, ["".join(cell["source"]) for cell in chosen]


def test_all_notebooks_are_known():
    assert {path.stem for path in NOTEBOOKS} == set(SAYS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_what_it_printed(path):
    code, texts = cells(path, "code")
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert all(ast.parse(text).body for text in texts)
    assert cells(path, "markdown")[1][0].startswith("# ")
    assert len({cell["id"] for cell in json.loads(path.read_text("utf-8"))["cells"]}) > len(code)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, tmp_path):
    """In another folder, without a display."""
    environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUNNER],
        input=json.dumps(cells(path, "code")[1]),
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    assert SAYS[path.stem] in found.stdout
    assert list(tmp_path.iterdir()) == []
