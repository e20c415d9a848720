"""The panels of the Gradients page, without a browser."""

import re
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import APP, opened
from tests.waiting import until

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "panel", ["race", "scaling", "lens", "bugs", "microscope", "without", "nonsense"]
)
def test_every_panel_of_the_gradients_runs(app, panel):
    opened(app, "gradients", panel=panel)
    assert app.session_state["panel"] == (panel if panel != "nonsense" else "microscope")
    assert len(app.markdown) >= 2


LINKS = [
    ("race", {"batch": ("40", "lab_batch", 40), "network": ("article", "lab_network", "article")}),
    (
        "lens",
        {
            "seed": ("4294967295", "lab_seed", 4294967295),
            "h": ("1e-12", "lens_step", 1e-12),
            "central": ("False", "lens_central", False),
            "precision": ("float32", "lens_dtype", "float32"),
            "weight": ("294.4", "lens_weight", (294, 4)),
        },
    ),
    ("bugs", {"bug": ("sum", "bug", "sum"), "batch": ("40", "lab_batch", 40)}),
    ("microscope", {"rate": ("2.5", "scope_rate", 2.5), "digit": ("59", "scope_digit", 59)}),
    ("without", {"iterations": ("600", "pair_iterations", 600)}),
]


@pytest.mark.parametrize(("panel", "names"), LINKS)
def test_a_link_says_what_is_chosen(app, panel, names):
    opened(app, "gradients", panel=panel, **{name: text for name, (text, _, _) in names.items()})
    for name, (text, key, value) in names.items():
        assert app.session_state[key] == value
        assert app.query_params[name] == text


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"panel": "bugs", "bug": "sum", "batch": "40"}, "by the same factor: 40"),
        ({"panel": "bugs", "bug": "riddle"}, "One of these is in it"),
        (
            {"panel": "microscope", "stage": "gradient1", "digit": "2", "unit": "7"},
            "Unit 7 has the error",
        ),
    ],
)
def test_a_link_opens_a_panel_as_it_says(app, link, words):
    opened(app, "gradients", **link)
    texts = [*app.markdown, *app.caption, *app.error]
    labels = [choice.label for choice in app.get("button_group")]
    assert any(words in text for text in [*(text.value for text in texts), *labels])


@pytest.mark.parametrize(
    ("panel", "names"),
    [
        ("race", {"batch": "0", "network": "../app", "seed": "1e3"}),
        ("race", {"batch": "many"}),
        ("lens", {"h": "7", "central": "", "weight": "784.0"}),
        ("lens", {"weight": "9"}),
        ("bugs", {"bug": "None"}),
        ("microscope", {"rate": "nan", "digit": "60", "stage": "10"}),
        ("without", {"iterations": "601"}),
    ],
)
def test_a_link_to_what_cannot_be_is_as_good_as_none(app, panel, names):
    opened(app, "gradients", panel=panel, **names)
    assert not set(names) & set(app.query_params)


@pytest.mark.parametrize(
    ("bug", "network", "batch", "seed", "kind", "words"),
    [
        ("none", "robust", 1, 0, "success", "The check passes"),
        ("slope", "robust", 1, 0, "error", "The check fails in W1, b1. W2 and b2 are right"),
    ],
)
def test_the_gradient_check_says_what_is_so(app, bug, network, batch, seed, kind, words):
    link = {"bug": bug, "network": network, "batch": str(batch), "seed": str(seed)}
    opened(app, "gradients", panel="bugs", **link)
    [alert] = getattr(app, kind)
    assert words in alert.value
    assert not any(getattr(app, other) for other in {"success", "error", "warning"} - {kind})


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Cannot tell here, in W1"), ("zh", "无法判断")]
)
def test_where_the_gradient_check_cannot_tell_the_page_says_so(app, monkeypatch, language, words):
    import pages.panels.bugs

    # As if the numerical gradient were as far off as a mistake would be.
    true = pages.panels.bugs.central_difference_error
    monkeypatch.setattr(
        pages.panels.bugs,
        "central_difference_error",
        lambda *args: {key: 1e9 * value for key, value in true(*args).items()},
    )
    app.session_state["language"] = language
    opened(app, "gradients", panel="bugs", bug="none", batch="7")
    assert words in app.warning[0].value
    assert not app.success
    assert not app.error


def test_a_batch_size_that_cannot_be_is_named_and_breaks_no_panel(app):
    opened(app, "gradients", panel="race")
    app.number_input(key="lab_batch").set_value(-5).run()
    assert "Batch size must be between 1 and 1,000." in app.error[0].value
    assert app.button(key="race_start").disabled
    for panel in ("lens", "bugs", "microscope"):
        app.session_state["panel"] = panel
        app.run()
        assert not app.exception
        assert bool(app.error) == (panel != "microscope")  # Which looks at one digit.


def test_every_planted_bug_is_found_where_it_is(app):
    opened(app, "gradients", panel="bugs")
    assert "The check passes" in app.success[0].value  # First the right one, and no answer.
    assert not app.metric
    choose(app, "bug", "slope")
    assert "The check fails in W1, b1" in app.error[0].value
    assert "a1 * (1 - a1)" in app.code[0].value
    accuracy = {metric.label: float(metric.value.rstrip("%")) for metric in app.metric}
    assert 0 < accuracy["Test accuracy with it"] < 90
    assert 70 < accuracy["Without it"] < 90
    for name, words in (
        ("sum", "by the same factor: 100"),
        ("label", "Every array is wrong, even"),
        ("bias", "Look at the line that computes b1"),
    ):
        choose(app, "bug", name)
        assert words in app.error[0].value
    choose(app, "bug", "none")
    assert "The check passes" in app.success[0].value
    assert not app.code
    relative = next(iter(app.table[0].value.filter(like="Relative").items()))[1]
    assert all(number(text.split("±")[0]) < 1e-7 for text in relative)


def test_a_planted_bug_can_be_guessed(app):
    opened(app, "gradients", panel="bugs", bug="riddle")
    guesses = len(app.button_group(key="bug_guess").options)
    assert guesses == 7
    assert not app.code
    assert app.expander[-1].label.startswith("A hint")
    assert app.query_params["bug"] == "riddle"
    for _ in range(7):  # Whatever it is, nothing but the check tells of it.
        said = " ".join(text.value for text in [*app.error, *app.warning, *app.success])
        assert said.startswith("The check fails in ")
        assert "Look" not in said
        assert "factor" not in said
        assert app.session_state["bug_hidden"] not in str(dict(app.query_params))
        app.button(key="another").click().run()
    hidden = app.session_state["bug_hidden"]
    wrong = "sum" if hidden != "sum" else "label"
    choose(app, "bug_guess", wrong)
    assert "It is not" in app.warning[0].value
    assert not app.code
    choose(app, "bug_guess", hidden)
    assert "That is it." in app.success[0].value
    assert len(app.code) == 1
    assert not [one for one in app.expander if one.label.startswith("A hint")]
    app.button(key="another").click().run()
    assert app.session_state["bug_hidden"] != hidden
    assert not app.code


def test_one_step_is_told_stage_by_stage(app):
    opened(app, "gradients", panel="microscope")
    assert app.button(key="scope_back").disabled
    for title in (
        "Hidden layer",
        "Output layer",
        "Loss",
        "Error of the output",
        "Gradient of W2",
        "Error carried back",
        "Gradient of W1",
        "Step",
        "Afterwards",
    ):
        app.button(key="scope_next").click().run()
        assert not app.exception
        assert app.header[0].value == title
        said = [caption.value for caption in app.caption]
        from_code = any(re.search(r"simplenet/network.py`, line \d+", text) for text in said)
        assert from_code or title in ("Step", "Afterwards")
    assert app.button(key="scope_next").disabled
    words = " ".join(markdown.value for markdown in app.markdown)
    before, after = re.findall(r"went from ([\d.]+)% to ([\d.]+)%", words)[0]
    assert float(after) > float(before)
    app.button(key="scope_back").click().run()
    assert app.header[0].value == "Step"


def test_every_panel_leads_on_in_the_order_of_the_questions(app):
    opened(app, "gradients", panel="microscope", digit="3", stage="after")
    ways = ("lens", "race", "without", "scaling", "bugs")
    for at, panel in zip(("microscope", *ways), (*ways, "bugs"), strict=True):
        primary = [one.key for one in app.button if one.proto.type == "primary"]
        assert len(primary) == 1, at
        app.button(key="panel_next").click().run()
        assert not app.exception
        assert app.session_state["panel"] == panel
        assert set(app.query_params) <= {"panel", "bug"}, at
    assert app.session_state["bug"] == "riddle"
    app.button(key="riddle_next").click().run()
    assert not app.exception
    assert app.session_state["learn_part"] == "challenges"


def test_the_best_step_is_told_only_after_a_guess(app):
    opened(app, "gradients", panel="lens")
    assert not app.table
    choose(app, "lens_guess", 1e-4)
    assert len(app.table) == 1
    assert any("You guessed 1e-04" in text.value for text in app.markdown)


def test_scaling_is_measured_at_every_point(app):
    opened(app, "gradients", panel="scaling")
    choose(app, "scaling_guess", 1)
    app.button(key="scaling_start").click().run()
    from pages.session import jobs

    assert app.button(key="scaling_start").disabled
    assert jobs().get(app.session_state["scaling"]).wait(240)
    app.run()
    assert not app.exception
    assert "36 of 36 points" in app.get("progress")[0].proto.text
    (words,) = (text.value for text in app.markdown if "twice the hidden units the" in text.value)
    assert "in theory it is 4×. You guessed 1×." in words
    assert not app.button(key="scaling_start").disabled
    assert app.session_state["scaling"] in app.query_params["scaling"]


def test_training_without_backprop_gives_the_same_curve(app):
    opened(app, "gradients", panel="without", iterations="100")
    assert len(app.button_group(key="pair_guess").options) == 3
    assert not any("clock" in text.value for text in app.markdown)  # It asks before it tells.
    app.button(key="pair_start").click().run()
    from pages.session import jobs

    numerical, backprop = (
        jobs().get(app.session_state[name]) for name in ("numerical", "backprop")
    )
    assert backprop.wait(240)
    until(lambda: len(numerical.records) >= 12)
    numerical.stop()
    assert numerical.wait(240)
    app.run()
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert number(shown["Largest gap of the losses"]) < 1e-4
    slower = next(value for label, value in shown.items() if "lower" in label)
    assert number(slower.rstrip("×")) > 1
    said = [progress.proto.text for progress in app.get("progress")]
    assert "stopped after" in said[0]
    assert "Iteration 100 of 100 · finished in" in said[1]


def test_a_button_that_cannot_be_pressed_is_not_what_comes_next(monkeypatch):
    from pages import following

    streamlit = MagicMock()
    monkeypatch.setattr(following, "st", streamlit)
    monkeypatch.setattr(following, "T", str)
    monkeypatch.setattr(following, "steers", lambda job: True)
    live = SimpleNamespace(ended=False, stopping=False)
    for job, kind in ((None, "primary"), (live, "secondary")):
        following.start_and_stop(("start", "stop"), "Start", ":icon:", print, job)
        start, _ = streamlit.button.call_args_list[-2:]
        assert start.kwargs["type"] == kind
        assert start.kwargs["disabled"] == (job is live)


def test_two_trainings_are_compared_where_both_were_measured_and_with_the_guess(monkeypatch):
    from pages.panels import without_backprop as panel
    from simplenet.training import History, Record

    def history(*accuracies):
        return History(Record(i, 2.0, 0.1, a, a) for i, a in enumerate(accuracies))

    said = []
    monkeypatch.setattr(panel, "st", SimpleNamespace(markdown=said.append))
    monkeypatch.setattr(panel, "PAIR_GUESS", SimpleNamespace(get=lambda: "numerical"))
    panel.answer(history(0.1), history(0.1, 0.9))  # Only the beginning is known of both.
    assert said == []
    panel.answer(history(0.1, 0.9), history(0.1, 0.9006, 0.95))
    panel.answer(history(0.1, 0.9), history(0.1, 0.7))
    same, apart = said
    assert "Both read as many" in same
    assert "After 1 iterations it is 90.06% with backprop and 90.00% without it" in same
    assert "You guessed: Without it." in same
    assert "come apart" in apart
    assert "You guessed it." in apart


def test_a_race_over_few_parameters_says_what_all_would_take(app):
    opened(app, "gradients", panel="race")
    app.number_input(key="lab_batch").set_value(40)
    app.select_slider(key="race_per_array").set_value(5).run()
    assert len(app.button_group(key="race_guess").options) == 5
    assert not any("as long" in text.value for text in app.markdown)  # It asks before it tells.
    choose(app, "race_guess", 10)
    app.button(key="race_start").click().run()
    from pages.session import jobs

    race = jobs().get(app.session_state["race"])
    assert race.wait(240)
    app.run()
    assert not app.exception
    assert app.query_params["race"] == race.id
    definition, *others = (progress.proto.text for progress in app.get("progress"))
    assert "20 of 39,760 parameters · measured in" in definition
    for name, said in zip(("Central difference, fast", "Backpropagation"), others, strict=True):
        assert f"**{name}** · 39,760 of 39,760 parameters · finished in" in said
    assert any("this machine would take" in caption.value for caption in app.caption)
    (words,) = (text.value for text in app.markdown if "as long" in text.value)
    assert "You guessed 10×." in words
    another = opened(AppTest.from_file(APP, default_timeout=300), "gradients", race=race.id)
    assert "20 of 39,760 parameters" in another.get("progress")[0].proto.text

    app.button_group(key="race_arrays").set_value([]).run()
    assert "Choose at least one" in app.error[0].value
    assert app.button(key="race_start").disabled
    assert app.number_input(key="lab_batch").value == 40


def test_a_weight_and_a_step_are_measured_and_come_into_the_address(app):
    opened(app, "gradients", panel="lens")
    assert app.button(key="lens_largest").disabled
    assert relative_error(app) > 0.01  # The first step is large enough for the eye.
    app.select_slider(key="lens_step").set_value(1e-4).run()
    assert relative_error(app) < 1e-6
    app.select_slider(key="lens_step").set_value(1e-12).run()
    assert relative_error(app) > 1e-6  # What is left is rounding.
    choose(app, "lens_dtype", "float32")
    assert shown(app)["Secant, by the step h"] == "0"
    app.session_state["lens_weight"] = (0, 3)
    app.run()
    assert not app.button(key="lens_largest").disabled
    assert "This pixel is blank" in app.info[0].value
    link = {"panel": "lens", "weight": "0.3", "h": "1e-12", "precision": "float32"}
    assert app.query_params == link
    app.button(key="lens_largest").click().run()
    assert not app.info
    assert "weight" not in app.query_params


def test_a_panel_is_there_again_after_another_page(app):
    opened(app, "gradients", panel="lens", weight="294.4")
    choose(app, "panel", "bugs")
    assert "weight" not in app.query_params
    choose(app, "bug", "slope")
    assert app.code
    app.switch_page("pages/train.py").run()
    app.switch_page("pages/gradients.py").run()
    assert not app.exception
    assert app.code
    assert app.query_params["panel"] == "bugs"


def shown(app):
    """The figures of the page, by their labels."""
    return {metric.label: metric.value for metric in app.metric}


def relative_error(app):
    return number(shown(app)["Relative error"])


def choose(app, key, value):
    app.button_group(key=key).set_value(value).run()
    assert not app.exception


def number(text):
    return float(text.strip().replace("−", "-").replace(",", ""))


@pytest.mark.parametrize(
    ("guess", "ratio", "said"),
    [
        (None, 44_000, "44 m."),
        (100_000, 44_000, "You guessed it."),
        (10_000, 44_000, "You guessed 10,000×."),
        (10_000, 12_345, "You guessed it."),
    ],
)
def test_the_definition_is_told_as_a_length_beside_the_guess(app, guess, ratio, said):
    from pages.panels.race import as_length

    opened(app, "gradients", panel="race")  # The words need a language.
    assert as_length(ratio, guess).endswith(said)
