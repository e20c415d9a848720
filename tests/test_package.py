"""The package as those have it who install it: a wheel, used from another folder."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import simplenet
from simplenet import places
from simplenet.runs.shipped import SHIPPED

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def extra(name):
    """Return what an extra needs, the extras that it names included."""
    found = set()
    for line in PROJECT["optional-dependencies"][name]:
        if inner := re.fullmatch(r"simplenet-lab\[(.*)\]", line):
            found = found.union(*map(extra, inner[1].split(",")))
        else:
            found.add(line)
    return found


def test_the_requirements_of_the_app_are_those_of_the_package():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    listed = {line for line in lines if line and not line.startswith("#")}
    assert listed == {*PROJECT["dependencies"], *extra("app")}


def test_the_build_needs_what_the_tests_have():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    assert set(build["requires"]) <= set((ROOT / "requirements-dev.txt").read_text().splitlines())


def test_a_checkout_has_the_app_and_the_networks(monkeypatch, tmp_path):
    assert places.app_folder() == ROOT
    assert places.shipped_models() == places.models() == ROOT / "models"
    monkeypatch.setenv("SIMPLENET_MODELS", str(tmp_path))
    assert places.models() == tmp_path
    assert places.shipped_models() == ROOT / "models"
    monkeypatch.setattr(places, "BESIDE", tmp_path)
    assert places.app_folder() is None


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder that the wheel is installed in, without what it depends on."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder / "wheel", ROOT]
    subprocess.run([*pip, *build], check=True, capture_output=True, text=True)
    (wheel,) = (folder / "wheel").iterdir()
    install = ["install", "--no-deps", "--no-compile", "--target", folder / "site", wheel]
    subprocess.run([*pip, *install], check=True, capture_output=True, text=True)
    return folder / "site"


def printed(installed, tmp_path, program):
    """Return what a program prints as JSON, in another folder, with the installed package."""
    command = [sys.executable, "-c", f"import json, sys\n{program}"]
    env = {"PYTHONPATH": str(installed)}
    found = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


@pytest.mark.slow
def test_a_wheel_trains_and_has_the_data_and_the_networks(installed, tmp_path):
    program = """
import simplenet
from simplenet import SimpleNet, TrainingConfig, load_mnist, train
net, data = SimpleNet(784, 5, 10), load_mnist()
*_, last = train(net, data, TrainingConfig(iterations=3), evaluating=False)
from importlib.metadata import distributions
others = {name.split(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
own = {"simplenet", "numpy", "threadpoolctl"}
others = {name for name in others if getattr(sys.modules[name], "__file__", None)} - own
from simplenet.places import app_folder, shipped_models
from simplenet.storage import list_models, load_model
models = {path.stem: load_model(path).net.hidden_size for path in list_models(shipped_models())}
print(json.dumps([simplenet.__file__, simplenet.__version__, last.iteration, sorted(others),
                  str(app_folder()), models]))
"""
    file, version, iteration, others, app, models = printed(installed, tmp_path, program)
    assert Path(file).parents[1] == installed
    assert version == simplenet.__version__
    assert iteration == 3
    assert [name for name in others if not name.startswith("_")] == []
    assert Path(app) == installed / "simplenet_lab"
    assert set(models) == set(SHIPPED)
    assert (installed / "simplenet" / "py.typed").exists()
    assert list(installed.glob(f"simplenet_lab-{version}.dist-info"))


@pytest.mark.slow
def test_a_wheel_has_every_file_of_the_app_and_takes_no_common_name(installed):
    assert {path.name for path in installed.iterdir() if "." not in path.name} == {
        *("simplenet", "simplenet_lab", "bin"),
    }
    lab = installed / "simplenet_lab"
    for part in ("app.py", ".streamlit/config.toml", "pages"):
        of = (ROOT / part).rglob("*") if (ROOT / part).is_dir() else [ROOT / part]
        files = [path for path in of if path.is_file() and path.suffix != ".pyc"]
        assert files
        for path in files:
            assert (lab / path.relative_to(ROOT)).read_bytes() == path.read_bytes()
    assert {path.name for path in (lab / "models").iterdir()} == {
        f"{name}{suffix}" for name in SHIPPED for suffix in (".md", ".safetensors")
    }


@pytest.mark.slow
def test_the_command_of_a_wheel_reads_and_finds_the_app(installed, tmp_path):
    def said(*words):
        command = [sys.executable, installed / "bin" / "simplenet", *words]
        env = {"PYTHONPATH": str(installed)}
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)

    assert simplenet.__version__ in said("--version").stdout
    found = said("eval", "article", "--json")
    assert json.loads(found.stdout)["accuracy"] > 0.94, found.stderr
