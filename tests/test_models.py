from pathlib import Path

import pytest

from simplenet.runs import TrainingRun
from simplenet.storage import load_model

ARTICLE = Path(__file__).parents[1] / "models" / "article.safetensors"


def test_the_shipped_network_is_the_default_run_and_as_good_as_it_says(mnist):
    model = load_model(ARTICLE)
    accuracy = model.net.accuracy(mnist.x_test, mnist.t_test)
    assert accuracy == pytest.approx(model.metadata["test_accuracy"], abs=1e-3)
    assert 0.940 <= accuracy <= 0.952
    run = TrainingRun()
    assert model.metadata["recipe"]["hidden_size"] == run.hidden_size
    assert model.metadata["recipe"]["training"]["iterations"] == run.training.iterations
