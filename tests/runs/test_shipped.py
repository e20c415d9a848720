import itertools
import subprocess
import sys

import numpy as np
import pytest

import simplenet.runs.shipped
from simplenet import Dataset, TrainingConfig
from simplenet.runs import TrainingRun
from simplenet.runs.shipped import StrokesCourse, main, make, with_strokes
from simplenet.storage import load_model


def test_a_network_is_made_with_its_card(stripes, tmp_path, monkeypatch):
    monkeypatch.setattr(simplenet.runs.shipped, "loaded", lambda source: stripes)
    monkeypatch.setattr(simplenet.runs.shipped, "N_EACH", 2)
    run = TrainingRun(TrainingConfig(iterations=20), hidden_size=12)
    records = list(make("small", run, tmp_path / "new"))
    assert [record.iteration for record in records] == [0, 6, 12, 18, 20]
    model = load_model(tmp_path / "new" / "small.safetensors")
    assert model.net.accuracy(stripes.x_test, stripes.t_test) == records[-1].test_accuracy
    assert model.metadata["recipe"]["hidden_size"] == 12
    card = (tmp_path / "new" / "small.md").read_text(encoding="utf-8")
    assert card.startswith("# small\n")
    assert "784-12-10" in card
    assert f"**{records[-1].test_accuracy:.2%}** of the test set" in card


def test_a_course_goes_on_with_the_network_and_is_told_of(stripes, tmp_path, monkeypatch):
    x_train, x_test = (np.rint(255 * x).astype(np.uint8) for x in (stripes.x_train, stripes.x_test))
    data = Dataset(x_train, stripes.t_train, x_test, stripes.t_test)  # Bytes, as MNIST is.
    monkeypatch.setattr(simplenet.runs.shipped, "loaded", lambda source: data)
    monkeypatch.setattr(simplenet.runs.shipped, "N_EACH", 2)
    run = TrainingRun(TrainingConfig(iterations=6), hidden_size=12)
    course = StrokesCourse(TrainingConfig(iterations=10, seed=4), written=100)
    records = list(make("two", run, tmp_path, course))
    assert [record.iteration for record in records] == [0, 6, 13, 16]  # Epochs of 600, then 700.
    assert all(a.elapsed_s < b.elapsed_s for a, b in itertools.pairwise(records))
    model = load_model(tmp_path / "two.safetensors")
    assert model.metadata["iteration"] == 16
    assert model.metadata["recipe"]["then"]["written"] == 100
    assert model.metadata["recipe"]["then"]["training"]["seed"] == 4
    assert records[-1].train_accuracy == model.net.accuracy(data.x_train, data.t_train)
    assert records[-1].test_accuracy == model.net.accuracy(data.x_test, data.t_test)
    card = (tmp_path / "two.md").read_text(encoding="utf-8")
    assert "**Then**" in card
    assert "and 100 that" in card
    # What it follows from is all that it depends on.
    again = list(make("again", run, tmp_path, course))
    assert [record.loss for record in again] == [record.loss for record in records]


@pytest.mark.slow
def test_the_digits_of_a_course_are_learned_from_and_not_tested_with(mnist):
    course = StrokesCourse(TrainingConfig(seed=4), written=30)
    data, again = with_strokes(mnist, course), with_strokes(mnist, course)
    assert data.pixels_train.shape == (60_030, 784)
    assert data.pixels_train.dtype == np.uint8
    np.testing.assert_array_equal(data.pixels_train[:60_000], mnist.pixels_train)
    np.testing.assert_array_equal(data.pixels_train, again.pixels_train)
    np.testing.assert_array_equal(data.t_train.sum(axis=1), 1)
    assert data.pixels_test is mnist.pixels_test


def test_the_command_says_what_there_is():
    found = subprocess.run(
        [sys.executable, "-m", "simplenet.runs.shipped", "nonsense"], capture_output=True, text=True
    )
    assert found.returncode == 2
    assert "there is no nonsense; there are article, robust-50, robust" in found.stderr


def test_the_command_trains_and_tells_how_far_it_is(stripes, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(simplenet.runs.shipped, "loaded", lambda source: stripes)
    monkeypatch.setattr(simplenet.runs.shipped, "N_EACH", 2)
    command = ["shipped", "article", "--iterations", "5", "--folder", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", command)
    main()
    assert "article: iteration 5 of 5, test " in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["article.md", "article.safetensors"]
