"""What the Train page suggests after a training that went well."""

import pytest

from simplenet.study.suggestion import Suggestion
from tests.pages.conftest import opened
from tests.pages.test_before import trained


def offered(app):
    return [button.label for button in app.button if button.key == "try"]


@pytest.mark.slow
def test_a_suggestion_fills_the_fields_and_stays_second(app):
    opened(app, "train")
    trained(app, iterations=800, seed=3)
    assert offered(app) == ["Set Learning rate: 0.5"]
    assert [b.key for b in app.button if b.proto.type == "primary"] == ["draw_one"]
    app.button(key="try").click().run()
    assert app.number_input(key="learning_rate").value == 0.5
    assert app.number_input(key="iterations").value == 800
    assert app.number_input(key="seed").value == 3


def test_where_something_is_wrong_only_that_is_told(app):
    opened(app, "train")
    trained(app, iterations=20, weight_init_std=0.0)
    assert [button.key for button in app.button if button.key == "fix"] == ["fix"]
    assert offered(app) == []


@pytest.mark.parametrize(
    ("reason", "evidence", "said"),
    [
        ("longer_steps", {"gain": 4.66, "fallen_share": 0.12}, "4.7 times"),
        ("more_units", {"train_accuracy": 94.4, "train_growth_points": 0.2}, "10 hidden units"),
        ("varied_digits", {"gap_points": 1.3}, "1.3 points"),
        ("more_iterations", {"test_growth_points": 0.4}, "0.4 points"),
        ("more_iterations", {"fallen_share": 0.1}, "10%"),
    ],
)
def test_every_reason_has_its_words(app, reason, evidence, said):
    from pages.training.next_try import words

    opened(app, "train")
    told = words(Suggestion(reason, evidence, {}), units=10)
    assert said in told
    assert "{" not in told
