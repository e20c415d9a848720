"""The command line, as people and scripts call it."""

import csv
import json
import os
import shlex
import signal
import subprocess
import sys
from dataclasses import fields
from inspect import cleandoc
from multiprocessing.pool import ThreadPool
from pathlib import Path
from types import SimpleNamespace

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import simplenet.cli.asking
import simplenet.cli.check
import simplenet.cli.options
import simplenet.cli.sweeping
import simplenet.cli.training
from simplenet import SimpleNet, TrainingConfig, __version__, load_model, places, save_model, train
from simplenet.cli import lab
from simplenet.cli.commands import every_command
from simplenet.cli.options import described, settings
from simplenet.ink.strokes import WAYS, pixels_of
from simplenet.runs.bundle import bundle_from_bytes
from simplenet.runs.shipped import SHIPPED


@pytest.fixture
def interruptible():
    """Take Ctrl-C as a program in a terminal does; it may be ignored where the tests run."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def small(stripes, monkeypatch):
    """The commands learn from six hundred images."""
    for module in (simplenet.cli.training, simplenet.cli.asking, simplenet.cli.check):
        monkeypatch.setattr(module, "load_mnist", lambda *_: stripes)
    monkeypatch.setattr(simplenet.cli.sweeping, "loaded", lambda *_: stripes)
    return stripes


def run(*words, code=0):
    """Return what a command prints on stdout, once it has ended with a code."""
    done = CliRunner().invoke(every_command, list(map(str, words)), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout if code in (0, 130) else done.output


def test_it_names_its_commands_and_its_version():
    commands = ("train", "eval", "predict", "gradcheck", "sweep", "bundle", "lab", "completion")
    assert all(f"\n  {name} " in run("--help") for name in commands)
    assert run("--version") == f"simplenet, version {__version__}\n"
    for shell in ("bash", "zsh", "fish"):
        assert "_SIMPLENET_COMPLETE" in run("completion", shell)


def test_the_help_is_the_same_where_python_takes_the_indentation_of_docstrings_away():
    """As it does from 3.13 on."""

    class Dedented:
        __doc__ = cleandoc(TrainingConfig.__doc__)

    class Indented:
        __doc__ = cleandoc(TrainingConfig.__doc__).replace("\n", "\n    ").replace("    \n", "\n")

    assert described(Dedented) == described(Indented) == described(TrainingConfig)
    assert {field.name for field in fields(TrainingConfig)} <= described(Dedented).keys()


def test_every_field_of_a_recipe_is_an_option():
    named = {name for _, name in settings()}
    assert {field.name for field in fields(TrainingConfig)} < named
    text = run("train", "--help")
    assert [name for name in named if f"--{name.replace('_', '-')} " not in text] == []
    options = next(
        command for command in every_command.commands.values() if command.name == "train"
    ).params
    assert all(option.help and not option.help.endswith(".") for option in options[: len(named)])


def test_a_training_is_the_one_of_the_library(small, tmp_path):
    out = tmp_path / "net.safetensors"
    printed = run(
        "train",
        *["--iterations", "13", "--seed", "4", "--hidden-size", "5"],
        "--out",
        out,
        "--json",
    )
    told = json.loads(printed)
    net = SimpleNet(784, 5, 10, rng=np.random.default_rng([4, 0, 1]))
    *_, last = train(net, small, TrainingConfig(iterations=13, seed=4))
    saved = load_model(out)
    assert saved.net == net
    assert told["test_accuracy"] == saved.metadata["test_accuracy"] == last.test_accuracy
    assert (told["iteration"], told["loss"], told["interrupted"]) == (13, last.loss, False)
    assert told["recipe"]["training"]["seed"] == saved.metadata["recipe"]["training"]["seed"] == 4
    assert [one["iteration"] for one in saved.metadata["history"]] == [0, 6, 12, 13]


def test_options_reach_the_recipe(small):
    words = (
        "--iterations 3 --momentum 0.5 --schedule cosine --gradient numerical --hidden-size 1 "
        "--batch-size 1 --weight-init-std 0.5 --augmentation affine --augmentation thickness"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimpleNet, "numerical_gradient", SimpleNet.fast_numerical_gradient)
        told = json.loads(run("train", *words.split(), "--json"))["recipe"]
    assert told["training"]["augmentation"] == ["affine", "thickness"]
    assert (told["training"]["gradient"], told["training"]["momentum"]) == ("numerical", 0.5)
    assert (told["hidden_size"], told["weight_init_std"]) == (1, 0.5)


def test_people_see_a_line_for_each_evaluation(small):
    lines = run("train", *["--iterations", "7", "--hidden-size", "3"]).splitlines()
    assert [line.split()[1] for line in lines] == ["0", "6", "7"]
    assert all("loss" in line and "test" in line for line in lines)


def test_ctrl_c_keeps_what_was_learned(small, tmp_path, monkeypatch, interruptible):
    out, asked = tmp_path / "net.safetensors", []

    def interrupted(net, data, config, **options):
        for record in train(net, data, config, **options):
            if record.iteration == 9:
                signal.raise_signal(signal.SIGINT)
                asked.append(record)
            yield record

    monkeypatch.setattr(simplenet.cli.training, "train", interrupted)
    before = signal.getsignal(signal.SIGINT)
    words = ["--iterations", 5000, "--hidden-size", 3, "--out", out, "--json"]
    told = json.loads(run("train", *words, code=130))
    assert told["interrupted"]
    assert told["iteration"] == load_model(out).metadata["iteration"] == 9
    assert told["test_accuracy"] == load_model(out).net.accuracy(small.x_test, small.t_test)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_best_is_kept_and_a_bundle_can_be_opened(small, tmp_path):
    out, bundle = tmp_path / "net.safetensors", tmp_path / "b.zip"
    words = "--iterations 60 --hidden-size 5 --learning-rate 2 --momentum 0.5 --target-accuracy 0.3"
    told = json.loads(run("train", *words.split(), "--out", out, "--bundle", bundle, "--json"))
    assert told["test_accuracy"] >= 0.3
    assert told["iteration"] < 60
    opened = bundle_from_bytes(bundle.read_bytes())
    assert SimpleNet.from_params(opened.state.kept.params) == load_model(out).net
    about = json.loads(run("bundle", bundle, "--out", tmp_path / "again.safetensors", "--json"))
    assert about["test_accuracy"] == told["test_accuracy"]
    assert load_model(tmp_path / "again.safetensors").net == load_model(out).net
    assert "learning rate" in run("bundle", bundle)
    assert "Error" in run("bundle", out, code=1)


@pytest.mark.parametrize("option", ["--out", "--bundle"])
def test_nothing_is_overwritten_and_no_time_is_lost(small, tmp_path, option):
    path = tmp_path / "net.safetensors"
    path.write_text("mine")
    text = run("train", option, path, code=1)
    assert "choose another name" in text
    assert "iteration" not in text
    assert path.read_text() == "mine"


@pytest.mark.parametrize("option", ["--out", "--bundle"])
def test_no_training_is_lost_by_where_it_was_to_be_written(small, tmp_path, monkeypatch, option):
    monkeypatch.setattr(simplenet.cli.training, "train", None)
    assert "there is no folder" in run("train", option, tmp_path / "new" / "a", code=1)
    with monkeypatch.context() as patch:  # A root may write everywhere.
        patch.setattr(simplenet.cli.options, "os", SimpleNamespace(W_OK=2, access=lambda *_: 0))
        assert "nothing can be written" in run("train", option, tmp_path / "a", code=1)
    sweep = ["sweep", "--vary", "hidden_size=1,2", "--out"]
    assert "there is no folder" in run(*sweep, tmp_path / "new" / "a", code=1)
    monkeypatch.setitem(sys.modules, "simplenet.runs.bundle", None)
    assert "'simplenet-lab[app]'" in run("train", "--bundle", tmp_path / "a", code=3)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("train --iterations 0", "0 is not in the range"),
        ("train --iterations 2.5", "'2.5' is not a valid integer"),
        ("train --gradient guess", "'guess' is not one of"),
        ("eval nobody", "no file 'nobody', nor a network of that name: article"),
        ("sweep --seeds 2", "Missing option '--vary'"),
        ("predict", "Missing argument"),
    ],
)
def test_what_is_not_understood_ends_with_two(words, named):
    assert named in run(*words.split(), code=2)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("--vary nose=1,2", "'nose=1,2' is not SETTING"),
        ("--vary learning_rate=1,x", "learning_rate must be a number, got 'x'"),
        ("--vary iterations=1,2.5", "iterations must be a whole number, got '2.5'"),
        ("--vary momentum=0.5", "needs two or more"),
        ("--vary momentum=0.1,0.2 --vary momentum=0.3,0.4", "varied once"),
    ],
)
def test_a_sweep_that_cannot_be_is_named(words, named):
    assert named in run("sweep", *words.split(), code=1)


def test_a_sweep_ranks_what_it_tried(small, tmp_path, monkeypatch):
    monkeypatch.setattr(simplenet.cli.sweeping, "processes", ThreadPool)
    words = "--vary learning-rate=0.001,1 --vary augmentation=-,affine --seeds 2 --iterations 25"
    more = ["--hidden-size", "5", "--batch-size", "20", "--jobs", "1"]
    told = json.loads(run("sweep", *words.split(), *more, "--out", tmp_path / "runs.csv", "--json"))
    with open(tmp_path / "runs.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(told["runs"]) == 8
    assert {row["seed"] for row in rows} == {"0", "1"}
    assert [float(row["test_accuracy"]) for row in rows] == [
        one["test_accuracy"] for one in told["runs"]
    ]
    assert told["ranking"][0]["learning_rate"] == 1
    means = [one["mean"] for one in told["ranking"]]
    assert means == sorted(means, reverse=True)
    assert "test accuracy" in run("sweep", *words.split(), *more)


def test_a_training_in_the_background_of_a_script_is_not_ended_by_ctrl_c(small, monkeypatch):
    def interrupted(net, data, config, **options):
        for record in train(net, data, config, **options):
            signal.raise_signal(signal.SIGINT)
            yield record

    monkeypatch.setattr(simplenet.cli.training, "train", interrupted)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        told = json.loads(run("train", "--iterations", 3, "--hidden-size", 1, "--json"))
    finally:
        signal.signal(signal.SIGINT, before)
    assert (told["iteration"], told["interrupted"]) == (3, False)


def test_an_interrupted_sweep_tells_what_it_has_by_then(small, monkeypatch):
    class Interrupted(ThreadPool):
        def imap_unordered(self, function, runs):
            yield function(next(runs))
            raise KeyboardInterrupt

    monkeypatch.setattr(simplenet.cli.sweeping, "processes", Interrupted)
    words = "--vary hidden-size=2,3 --seeds 1 --iterations 3 --jobs 1 --json"
    told = json.loads(run("sweep", *words.split(), code=130))
    assert told["interrupted"]
    assert [one["test_accuracy"] is None for one in told["runs"]] == [False, True]


def test_ctrl_c_has_its_code_elsewhere_too(small, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(SimpleNet, "gradient", interrupted)
    run("gradcheck", code=130)


def test_a_network_is_examined_by_name_or_by_file(small, tmp_path):
    told = json.loads(run("eval", "article", "--json"))
    net = load_model(places.shipped_models() / "article.safetensors").net
    assert told["accuracy"] == net.accuracy(small.x_test, small.t_test)
    assert told["digits"] == 200
    assert json.loads(run("eval", "article", "--on", "train", "--json"))["digits"] == 600
    save_model(tmp_path / "mine.safetensors", net)
    text = run("eval", tmp_path / "mine.safetensors")
    assert f"mine: {told['accuracy']:.2%} of 200 digits" in text
    save_model(tmp_path / "other.safetensors", SimpleNet(4, 3, 2))
    assert "784 inputs" in run("eval", tmp_path / "other.safetensors", code=1)
    (tmp_path / "bad.safetensors").write_bytes(b"no network")
    assert "not a SimpleNet model" in run("eval", tmp_path / "bad.safetensors", code=2)


def test_photos_are_read_and_what_is_none_is_named(tmp_path):
    rng = np.random.default_rng(0)
    for way in (way for way in WAYS if way.name in ("zero", "two")):
        ink = np.kron(pixels_of(way, rng).reshape(28, 28), np.ones((8, 8), np.uint8))
        Image.fromarray(255 - ink).save(tmp_path / f"{way.digit}.png")
    paths = sorted(tmp_path.iterdir())
    told = json.loads(run("predict", *paths, "--json"))
    assert [one["digit"] for one in told["files"]] == [int(path.stem) for path in paths]
    assert all(0.5 < one["probability"] <= 1 for one in told["files"])
    (tmp_path / "text.png").write_text("no image")
    text = run("predict", tmp_path / "text.png", paths[0], tmp_path / "missing.png", code=1)
    assert "is not an image" in text
    assert "No such file" in text
    assert paths[0].name in text


def test_the_three_gradients_agree_and_a_wrong_one_does_not(small, monkeypatch):
    words = ["--hidden-size", "3", "--batch-size", "4", "--per-array", "5"]
    told = json.loads(run("gradcheck", *words, "--json"))
    assert told["agree"]
    assert told["measured"] == 18  # b1 has but three.
    text = run("gradcheck", *words)
    assert "by its definition" in text
    assert "they agree" in text
    assert "they agree" in run("gradcheck", "--model", "robust-50", *words[2:])
    gradient = SimpleNet.gradient
    monkeypatch.setattr(
        SimpleNet, "gradient", lambda *a: {k: 1.001 * v for k, v in gradient(*a).items()}
    )
    assert "they do not agree" in run("gradcheck", *words, code=1)


# The app


def test_the_app_is_started_where_it_is(monkeypatch, tmp_path):
    started = []

    class Server:
        stopped = 0

        def __init__(self, command, cwd, env):
            started.append((command, cwd, env))

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def wait(self):
            if len(started) == 1:
                started.append(None)
                signal.raise_signal(signal.SIGTERM)
                raise KeyboardInterrupt
            return 0

        def terminate(self):
            Server.stopped += 1

    monkeypatch.setattr(subprocess, "Popen", Server)
    before = signal.getsignal(signal.SIGTERM)
    run("lab", "--port", 8600, "--no-browser")
    signal.signal(signal.SIGTERM, before)
    assert Server.stopped == 1
    command, cwd, environment = started[0]
    assert command[:5] == [sys.executable, "-m", "pages.platform.offline", "run", "app.py"]
    assert command[5:] == ["--server.port=8600", "--server.headless=true"]
    assert cwd == places.app_folder()
    assert environment == dict(os.environ)  # A checkout keeps its runs inside.


def test_an_installed_app_keeps_what_people_make_outside_of_what_pip_installed(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(lab, "user_data", lambda: tmp_path)
    monkeypatch.delenv("SIMPLENET_DATA", raising=False)
    monkeypatch.delenv("SIMPLENET_MODELS", raising=False)
    mine = tmp_path / "simplenet-lab" / "models" / "mine.safetensors"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    found = lab.places(tmp_path)
    assert Path(found["SIMPLENET_DATA"]) == tmp_path / "simplenet-lab" / "kept"
    assert Path(found["SIMPLENET_MODELS"]) == mine.parent
    assert {path.stem for path in mine.parent.glob("*.md")} == set(SHIPPED)
    assert mine.read_text() == "mine"
    monkeypatch.setenv("SIMPLENET_DATA", "elsewhere")
    assert set(lab.places(tmp_path)) == {"SIMPLENET_MODELS"}


def test_what_is_not_installed_is_named_with_its_extra(monkeypatch, tmp_path):
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    assert "pip install 'simplenet-lab[app]'" in run("lab", code=3)
    monkeypatch.setattr(lab, "app_folder", lambda: None)
    assert "has no app" in run("lab", code=1)
    monkeypatch.setitem(sys.modules, "simplenet.ink.novelty", None)
    assert "pip install 'simplenet-lab[ink]'" in run("predict", tmp_path / "a.png", code=3)


def test_the_commands_of_the_readme_are_understood():
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    lines = [line for line in readme.splitlines() if line.startswith("simplenet ")]
    assert {line.split()[1] for line in lines} >= {"train", "eval", "predict", "export", "lab"}
    for line in lines:
        name, *words = shlex.split(line, comments=True)[1:]
        command = every_command.commands[name]
        command.make_parser(click.Context(command)).parse_args(words)
