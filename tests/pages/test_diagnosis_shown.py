"""What the Train page says of a bad run, and the fix that it offers."""

from types import SimpleNamespace

import pytest

from simplenet.runs import TrainingRun
from simplenet.study.diagnosis import Finding
from simplenet.training import TrainingConfig
from tests.pages.conftest import opened
from tests.waiting import until

EVIDENCE = {
    "units_alike": {"likeness": 1.0},
    "units_saturated": {"loss_first": 9.5, "saturated_share": 0.6, "vanished_share": 0.1},
    "batch_too_small": {"worse_share": 0.4, "scatter": 2.0},
    "steps_too_large": {"loss": 5.0, "loss_lowest": 0.5, "saturated_share": 0.7},
    "steps_too_small": {"loss": 2.2, "slope_per_1000": -0.01},
    "overfitting": {"gap_points": 2.1},
}


def ended(app, **fields):
    """Train with these settings to the end, and show the page."""
    from pages.session import jobs

    opened(app, "train")
    for name, value in fields.items():
        app.number_input(key=name).set_value(value)
    app.button(key="train").click().run()
    job = jobs().get(app.session_state["run"])
    until(lambda: job.ended)
    app.run()
    assert not app.exception
    return [block.value for block in app.markdown if "troubleshoot" in block.value]


def primary(app):
    return [button.key for button in app.button if button.proto.type == "primary"]


@pytest.mark.slow
def test_a_good_run_has_nothing_wrong(app):
    assert ended(app, iterations=700) == []
    assert "fix" not in [button.key for button in app.button]
    assert primary(app) == ["draw_one"]


def test_units_that_are_alike_are_told_of_and_the_fix_fills_the_fields(app):
    (words,) = ended(app, iterations=20, weight_init_std=0.0, learning_rate=0.3)
    assert "All hidden units are alike" in words
    assert "100%" in words
    (fix,) = (button for button in app.button if button.key == "fix")
    assert fix.label == "Set Initial std: 0.01"
    assert primary(app) == ["fix"]
    fix.click().run()
    assert primary(app) == ["train"]  # The fields hold the fix: it is to be trained now.
    assert app.number_input(key="weight_init_std").value == 0.01
    assert app.number_input(key="learning_rate").value == 0.3
    assert app.number_input(key="iterations").value == 20


def test_every_sign_has_its_words(app, monkeypatch):
    import pages.training.diagnosis

    ended(app, iterations=10)
    for sign, evidence in EVIDENCE.items():
        finding = Finding(sign, evidence, {"augmentation": ("affine",), "batch_size": 100})
        monkeypatch.setattr(pages.training.diagnosis, "diagnose", lambda *_, f=finding: [f])
        app.run()
        assert not app.exception
        (words,) = (block.value for block in app.markdown if "troubleshoot" in block.value)
        assert "{" not in words
        (fix,) = (button for button in app.button if button.key == "fix")
        assert fix.label == "Set Vary the digits: Turn and stretch, Batch size: 100"


def test_a_click_on_the_fix_shows_the_whole_page_anew(monkeypatch):
    """The fields are in another part of the page than the button."""
    from pages.training import diagnosis

    finding = Finding("steps_too_large", EVIDENCE["steps_too_large"], {"learning_rate": 0.5})
    shown = []
    monkeypatch.setattr(diagnosis, "found", lambda *_: finding)
    monkeypatch.setattr(diagnosis.st, "rerun", lambda: shown.append("page"))
    job = SimpleNamespace(work=TrainingRun(), ended=True)
    for clicked, expected in ((False, []), (True, ["page"])):
        monkeypatch.setattr(diagnosis.st, "button", lambda *_, c=clicked, **__: c)
        assert diagnosis.diagnosed(job, None)
        assert shown == expected


@pytest.mark.parametrize(
    ("fix", "field", "value"),
    [
        ({"learning_rate": 0.3}, "learning_rate", 0.3),
        ({"batch_size": 50}, "batch_size", 50),
        ({"augmentation": ("affine",)}, "augmentation", ("affine",)),
    ],
)
def test_a_fix_changes_what_it_names_and_nothing_else(fix, field, value):
    from pages.training.diagnosis import fixed

    run = TrainingRun(TrainingConfig(iterations=7, learning_rate=5.0), hidden_size=9)
    better = fixed(run, fix)
    assert getattr(better.training, field) == value
    assert better.hidden_size == 9
    assert better.training.iterations == 7
    assert fixed(run, {"hidden_size": 20}).hidden_size == 20


def test_a_fix_that_cannot_be_is_not_offered():
    from pages.training.diagnosis import fixed

    slow = TrainingConfig(gradient="fast_numerical", batch_size=10)
    run = TrainingRun(slow, hidden_size=1000)
    assert fixed(run, {"batch_size": 1000}) is None
