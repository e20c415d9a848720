"""What those hear who listen to a training."""

from types import SimpleNamespace

import pytest

from simplenet.training import History, Record
from tests.pages.conftest import opened


@pytest.fixture
def told(app):
    """Return a function that says what is told of a training after some of 1,000 iterations."""
    opened(app, "train")
    from pages.training import listening
    from simplenet.runs import TrainingRun
    from simplenet.training import TrainingConfig

    job = SimpleNamespace(work=TrainingRun(TrainingConfig(1000)), ended=False)

    def after(done, every=50):
        records = [
            Record(i, 2.0 / (i + 1), 0.0, *([i / 2000, i / 1000] if i % every == 0 else [None] * 2))
            for i in range(done + 1)
        ]
        return listening.milestone(job, History(records))

    return after


def test_a_tenth_is_told_once_it_is_reached_and_until_the_next(told):
    begun = told(0)
    assert begun == told(40) == told(99)
    first = told(100)
    assert first.startswith("100 of 1,000 iterations: 10.0% of the test digits are read right")
    assert first == told(150) == told(199)
    assert told(200).startswith("200 of 1,000 iterations: 20.0%")
    assert told(200).endswith("the loss is 0.01.")


def test_between_two_evaluations_the_last_one_is_told(told):
    assert told(250, every=120).startswith("120 of 1,000 iterations: 12.0%")
    assert told(115, every=500).startswith("0 of 1,000 iterations")


def test_a_training_is_silent_until_somebody_asks_for_its_tone(app):
    opened(app, "train")
    assert app.toggle(key="sound").value is False
    app.toggle(key="sound").set_value(True).run()
    opened(app, "draw")
    opened(app, "train")
    assert not app.exception
