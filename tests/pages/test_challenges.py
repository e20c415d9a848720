from __future__ import annotations

import re
from collections import Counter
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image, ImageDraw

from simplenet.ink import canvas_to_input
from simplenet.ink.strangers import stranger
from simplenet.jobs.ledger import Position, Wishes
from simplenet.runs import TrainingRun, going_on
from simplenet.runs.bundle import Bundle, bundle_from_bytes, bundle_to_bytes
from simplenet.runs.challenges import GOALS
from simplenet.runs.made_with import made_with
from simplenet.storage import load_model
from simplenet.training import History, Record, TrainingConfig
from tests.pages.conftest import APP, opened
from tests.pages.messages import component
from tests.pages.visiting import visited

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
    assert none not in texts(app)
    app.button(key="challenge_next").click().run()
    assert app.query_params["challenge"] == "broken"
    assert not app.exception


@pytest.mark.slow
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


SEVEN = ((108, 40), (150, 40), (100, 230))
FOUR_OR_NINE = (
    ((100, 65), (95, 130), (155, 140)),
    ((155, 50), (155, 245)),
    ((100, 45), (135, 75)),
)


def pen(*strokes):
    """Return what a network gets of strokes on the canvas."""
    canvas = Image.new("L", (280, 280))
    ink = ImageDraw.Draw(canvas)
    for points in strokes:
        ink.line(points, fill=255, width=20, joint="curve")
        for x, y in points:
            ink.ellipse((x - 10, y - 10, x + 10, y + 10), fill=255)
    return canvas_to_input(np.asarray(canvas))[0]


def test_a_steep_seven_with_a_short_bar_divides_two_networks(drawn, read):
    x, *nets = read
    article, robust = (net.predict(x).argmax(axis=1) for net in nets)
    assert not drawn("fool", None)
    for one, other in ((7, 7), (1, 1), (7, 1)):
        assert not drawn("fool", x[(article == one) & (robust == other)][0])
    assert drawn("fool", pen(SEVEN))


def test_a_network_cannot_decide_between_a_four_and_a_nine(drawn, read):
    x, _, robust = read
    assert not drawn("torn", None)
    assert not drawn("torn", x[robust.predict(x).max(axis=1).argmax()])
    assert not drawn("torn", np.eye(1, 784, 400, dtype=np.float32)[0])  # Unsure of a speck.
    assert drawn("torn", pen(*FOUR_OR_NINE))


def test_a_network_is_sure_of_a_blot(drawn, read):
    x, _, robust = read
    assert not drawn("stranger", None)
    assert not drawn("stranger", x[robust.predict(x).max(axis=1).argmax()])
    assert not drawn("stranger", stranger("star"))  # It is no digit, and the network not sure.
    assert drawn("stranger", stranger("blot"))


def liar(app):
    """Return who reads fours as nines, and nines as fours, in the table on the page."""
    (table,) = (html.body for html in app.get("html") if "read-by" in html.body)
    found = {}
    for name, cells in re.findall(r'<tr><th scope="row">(.)</th>(.*?)</tr>', table):
        read = [Counter(cell.split()) for cell in re.findall("<td>(.*?)</td>", cells)]
        found[name] = read[4]["9"] + read[9]["4"]
    assert len(found) == 5
    return max(found, key=found.get)


def test_who_learned_it_wrong_is_told_by_what_each_reads_and_not_by_naming_all(app):
    from pages.challenges.puzzles import NETWORKS
    from pages.state import SWAPPED_GUESS

    opened(app, "learn", part="challenges", challenge="swapped", swapped_guess="A")
    assert "You have not answered yet" in texts(app)
    first = liar(app)
    name = app.button_group(key=SWAPPED_GUESS.name)
    name.set_value(next(name for name in NETWORKS if name != first)).run()
    assert f"It was **{first}**" in texts(app)
    assert "Solved!" not in texts(app)
    assert app.button_group(key=SWAPPED_GUESS.name).value is None
    second = liar(app)
    assert second != first
    app.button_group(key=SWAPPED_GUESS.name).set_value(second).run()
    assert "Solved!" in texts(app)
    assert not app.exception


def test_what_is_solved_is_kept_by_the_browser_at_once(workers):
    from pages.challenges.puzzles import NETWORKS
    from pages.state import SWAPPED_GUESS, SWAPPED_ORDER

    def kept_after(guess):
        """Return what the browser is to keep after a visit in which a network was named."""
        chosen = {SWAPPED_ORDER.name: 2, SWAPPED_GUESS.name: guess}
        view = ("learn", {"part": "challenges", "challenge": "swapped"})
        return component(visited(view, chosen=chosen), "-keepsakes")["text"]

    assert "challenge_swapped" not in kept_after(None)
    assert "challenge_swapped" in kept_after(NETWORKS[2])


def mistake(app):
    """Return the mistake that the gradient check on the page tells of."""
    (table,) = (one.value for one in app.table)
    wrong = {row["Array"] for _, row in table.iterrows() if "wrong" in row["Verdict"]}
    ratios = table.set_index("Array")["Times as large"].astype(float)
    if wrong == {"b1"}:
        return "bias"
    if len(wrong) == 4:
        return "sum" if np.ptp(ratios) < 0.01 * ratios.mean() else "label"
    assert wrong == {"W1", "b1"}
    if abs(ratios["W1"]) < 0.5:  # Nothing is left of it.
        return "transpose"
    # Fresh units stand at one half: a (1 - a) is a quarter there.
    return {1: "updated", 2: "factor", 4: "slope"}[round(ratios["W1"])]


@pytest.fixture
def checks(app, monkeypatch):
    """Return a function that opens the riddle, and one that names a mistake there."""
    challenge(app, "riddle")
    from pages.panels import bugs
    from pages.state import BUG_GUESS

    # What a training makes of a mistake is shown, too, and takes its time.
    monkeypatch.setattr(bugs, "would_anybody_notice", lambda *_: None)

    def open_riddle():
        return opened(app, "gradients", panel="bugs", bug="riddle")

    def name(guess):
        app.button_group(key=BUG_GUESS.name).set_value(guess).run()

    return open_riddle, name


@pytest.mark.slow
def test_each_hidden_mistake_is_found_from_the_check_alone(app, checks):
    from pages.panels.bugs import BUGS
    from pages.state import BUG_HIDDEN

    open_riddle, _ = checks
    for bug in BUGS:
        app.session_state[BUG_HIDDEN.name] = bug.name
        assert mistake(open_riddle()) == bug.name


@pytest.mark.slow
def test_the_hidden_mistake_has_to_be_named_at_once(app, checks):
    from pages.panels.bugs import BUGS
    from pages.state import Widget

    open_riddle, name = checks
    link = {"part": "challenges", "challenge": "riddle"}
    opened(app, "learn", bug_hidden="sum", bug_guess="sum", **link)
    assert "You have not answered yet" in texts(app)

    def solved_by(guesses):
        """Have another mistake planted, name some, and return whether the challenge is solved."""
        open_riddle()
        app.button(key=Widget.BUG_ANOTHER).click().run()
        for guess in guesses(mistake(app)):
            name(guess)
        return "Solved!" in texts(challenge(app, "riddle"))

    def all_of_them(found):
        return [*(bug.name for bug in BUGS if bug.name != found), found]

    assert not solved_by(lambda found: all_of_them(found)[:1])
    assert not solved_by(all_of_them)
    assert "not with your first answer" in texts(app)
    assert solved_by(lambda found: [found])
    assert not app.exception


PERFECT_RUN = TrainingRun(TrainingConfig(2), 3)
PERFECT = History([Record(0, 2.3, 0.1), Record(1, 0.2, 0.2), Record(2, 0.1, 0.3, 0.99, 0.99)])


@pytest.mark.slow
def test_only_a_training_that_was_made_here_counts(app):
    challenge(app, "strong")
    from pages.session import store

    me, kept = app.session_state["visitor"], []

    def trained(run, visitor):
        """Keep a run that has ended, and return its id."""
        kept.append((uuid4().hex, visitor))
        job = kept[-1][0]
        store().add(job, visitor, run, Wishes(), "server")
        end = Position(end="finished")
        assert store().commit(job, 0, run, PERFECT, state, PERFECT, end)
        return job

    state = PERFECT_RUN.advance(None, 600, None).state
    forged = Bundle(PERFECT_RUN, PERFECT, state, made_with(), "finished", "")
    kept.append((uuid4().hex, me))
    store().bring(*kept[-1], bundle_from_bytes(bundle_to_bytes(forged)))
    brought, others = kept[-1][0], trained(PERFECT_RUN, "somebody else")
    for before in (brought, others):
        trained(going_on(PERFECT_RUN, before, state, 10), me)
    for link in ({}, {"run": others}, {"solved": "strong"}):
        opened(app, "learn", part="challenges", challenge="strong", **link)
        assert "None of your trainings keeps the rule yet." in texts(app)
        assert "**0 of 15** solved" in texts(app)
    own = trained(PERFECT_RUN, me)
    trained(going_on(PERFECT_RUN, own, state, 10), me)
    assert "of 2 trainings" in texts(challenge(app, "overfit"))
    assert "Solved!" in texts(challenge(app, "strong"))
    for job, visitor in kept:
        store().delete([job], visitor)
    assert not app.exception
