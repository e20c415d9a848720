import subprocess
import sys

import pytest

import simplenet.shipped
from simplenet import TrainingConfig
from simplenet.runs import TrainingRun
from simplenet.shipped import make
from simplenet.storage import load_model


def test_a_network_is_made_with_its_card(stripes, tmp_path, monkeypatch):
    monkeypatch.setattr(simplenet.shipped, "loaded", lambda source: stripes)
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


def test_the_command_says_what_there_is():
    found = subprocess.run(
        [sys.executable, "-m", "simplenet.shipped", "nonsense"], capture_output=True, text=True
    )
    assert found.returncode == 2
    assert "there is no nonsense; there are article, robust-50, robust" in found.stderr


@pytest.mark.slow
def test_the_command_trains_and_tells_how_far_it_is(tmp_path):
    command = [sys.executable, "-m", "simplenet.shipped", "article", "--iterations", "5"]
    found = subprocess.run(
        [*command, "--folder", str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "article: iteration 5 of 5, test " in found.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["article.md", "article.safetensors"]
