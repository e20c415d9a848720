from __future__ import annotations

import numpy as np
import pytest

from simplenet import SimpleNet
from simplenet.ink.novelty import known_digits
from simplenet.runs import TrainingRun
from simplenet.runs.challenges import GOALS
from simplenet.storage import load_model
from simplenet.training import TrainingConfig
from tests.pages.conftest import APP, opened

WORDS = {
    "en": ("None of your trainings", "Your best so far", "Solved!", "**1 of 15** solved"),
    "zh": ("你还没有符合规则的训练", "目前最好", "完成！", "**1 / 15**"),
}


def texts(app):
    return " ".join(m.value for m in app.markdown)


def challenge(app, name):
    return opened(app, "learn", part="challenges", challenge=name)


@pytest.mark.slow
@pytest.mark.parametrize("language", WORDS)
def test_what_is_missing_is_said_and_what_is_solved_stays_solved(app, language):
    none, best, solved, path = WORDS[language]
    app.session_state["language"] = language
    challenge(app, "quick")
    assert none in texts(app)
    from pages.session import jobs

    visitor = app.session_state["visitor"]
    for iterations, words in ((10, best), (300, solved)):
        run = TrainingRun(TrainingConfig(iterations, learning_rate=0.5, momentum=0.9))
        job = jobs().start(run, visitor=visitor)
        assert job.wait(240)
        challenge(app, "swapped")  # It counts before its challenge is opened.
        assert (path in texts(app)) is (words == solved)
        challenge(app, "quick")
        assert words in texts(app)
    jobs().ledger.delete([run.id for run in jobs().ledger.runs_of(visitor)], visitor)
    assert solved in texts(app.run())
    app.button(key="challenge_next").click().run()
    assert app.query_params["challenge"] == "broken"
    assert not app.exception


@pytest.mark.parametrize("language", WORDS)
def test_each_challenge_opens_and_leads_where_it_is_done(app, language):
    app.session_state["language"] = language
    challenge(app, "no_such")
    from pages.challenges.order import TASKS

    assert set(GOALS) < set(TASKS)
    assert len(TASKS) == 15
    pages = {name: task.way.page if task.way else "learn" for name, task in TASKS.items()}
    assert pages == dict.fromkeys(GOALS, "train") | {
        "riddle": "gradients",
        "swapped": "learn",
        **dict.fromkeys(("fool", "torn", "stranger"), "draw"),
    }
    for name in TASKS:
        challenge(app, name)
        ways = [button for button in app.button if button.key == "challenge_try"]
        assert bool(ways) == (name != "swapped")
    app.button(key="challenge_try").click().run()
    assert not app.exception


@pytest.fixture(scope="module")
def read(mnist):
    """The test digits, and the probabilities of two networks for each."""
    models = APP.parent / "models"
    article, robust = (load_model(models / f"{n}.safetensors").net for n in ("article", "robust"))
    return mnist.x_test, article, robust


@pytest.fixture
def drawn(app, monkeypatch):
    """Return a function that says whether a challenge is solved by an image of 784 pixels."""
    challenge(app, "fool")
    from pages.challenges import drawings

    def solves(name, x):
        monkeypatch.setattr(drawings, "seen", lambda: x)
        return "Solved!" in texts(challenge(app, name))

    return solves


def test_two_networks_have_to_read_a_drawing_differently(drawn, read):
    x, *nets = read
    article, robust = (net.predict(x).argmax(axis=1) for net in nets)
    for one, other, solved in ((7, 7, False), (1, 1, False), (1, 7, True)):
        image = x[(article == one) & (robust == other)][0]
        assert drawn("fool", image) is solved


def test_a_network_has_to_be_unsure_of_what_looks_like_a_digit(drawn, read):
    x, _, robust = read
    sure = robust.predict(x).max(axis=1)
    assert not drawn("torn", None)
    assert not drawn("torn", x[sure.argmax()])
    unsure = next(i for i in sure.argsort() if not known_digits().look(x[i]).doubt)
    assert drawn("torn", x[unsure])


def two_beside(robust: SimpleNet, x):
    """Return an image of two small digits of which a network is sure all the same."""
    small = x[:40].reshape(-1, 28, 28)[:, 3::2, 3::2][:, :12, :12]
    for one in small:
        for other in small:
            image = np.zeros((28, 28), np.float32)
            image[8:20, 2:14], image[8:20, 15:27] = one, other
            y = robust.predict(image.reshape(1, 784))
            if y.max() > 0.95 and known_digits().look(image.ravel()).doubt:
                return image.ravel()
    raise AssertionError("there is no such image")


def test_a_network_has_to_be_sure_of_what_does_not_look_like_one_digit(drawn, read):
    x, _, robust = read
    assert not drawn("stranger", x[robust.predict(x).max(axis=1).argmax()])
    assert drawn("stranger", two_beside(robust, x))


def test_the_network_that_learned_it_wrong_has_to_be_named(app):
    challenge(app, "swapped")
    from pages.challenges.puzzles import NETWORKS
    from pages.state import SWAPPED_GUESS, SWAPPED_ORDER

    right = NETWORKS[app.session_state[SWAPPED_ORDER.name]]
    wrong = next(name for name in NETWORKS if name != right)
    for guess, solved in ((wrong, False), (right, True)):
        app.session_state[SWAPPED_GUESS.name] = guess
        assert ("Solved!" in texts(app.run())) is solved
    assert not app.exception


def test_the_hidden_mistake_has_to_be_named(app):
    challenge(app, "riddle")
    from pages.state import BUG_GUESS, BUG_HIDDEN

    for hidden, guess, solved in (("", None, False), ("sum", "bias", False), ("sum", "sum", True)):
        app.session_state[BUG_HIDDEN.name] = hidden
        app.session_state[BUG_GUESS.name] = guess
        assert ("Solved!" in texts(app.run())) is solved
