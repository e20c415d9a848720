"""Sweeps, without a browser: their fields, what came of them, and what can be done with them."""

from __future__ import annotations

import csv
import io
from uuid import uuid4

import plotly.graph_objects as go
import pytest
import streamlit as st

from pages.figures.sweeping import sweep_figure
from pages.keeping import Keeping
from simplenet.jobs.ledger import Position
from simplenet.runs import TrainingRun
from simplenet.runs.store import Store
from simplenet.runs.sweep import Point, grid
from simplenet.training import History, Record, TrainingConfig
from tests.pages.conftest import opened
from tests.waiting import until

BASE = TrainingRun(TrainingConfig(iterations=2), 3)


@pytest.fixture
def sweeps(app, monkeypatch):
    """The app, and what keeps a sweep whose runs have some accuracies, None for not yet begun."""
    from pages.session import jobs, store

    asked = set()
    # Nobody works them off.
    monkeypatch.setattr(Store, "call_up", lambda store, driver, most: asked.add(driver))
    app.run()
    # An earlier call of this server may have been under way: it is over now.
    until(lambda: jobs().id in asked)
    me, kept = app.session_state["visitor"], []

    def keep(axes, scores, seeds=1, visitor=me):
        name = uuid4().hex
        runs = {f"{name}{i}": run for i, run in enumerate(grid(BASE, axes, seeds))}
        store().queue(name, visitor, runs)
        for (job_id, run), score in zip(runs.items(), scores, strict=True):
            if score is not None:
                records = History([Record(0, 2.3, 0.1), Record(1, 2.0, 0.2, None, score)])
                end = Position(end="finished")
                assert store().commit(job_id, 0, run, records, None, records, end)
        kept.append((name, visitor))
        return name

    yield app, keep
    for name, visitor in kept:
        store().delete([run.id for run in store().sweep(name)], visitor)


def words(app):
    return " ".join(markdown.value for markdown in app.markdown)


def shown(app, sweep):
    return opened(app, "runs", sweep=sweep)


RATES = {"learning_rate": (0.1, 0.5)}


@pytest.mark.slow
def test_a_sweep_is_entered_started_and_followed_to_its_end(app):
    from pages.session import store

    opened(app, "runs", sweep="new")
    assert app.metric[0].value == "12"  # Four rates, three seeds.
    assert "about" in app.metric[1].value
    app.text_input(key="sweep_values_learning_rate").set_value("0.1，0.5 0.5").run()
    app.number_input(key="sweep_iterations").set_value(2).run()
    app.number_input(key="sweep_seeds").set_value(2).run()
    assert app.metric[0].value == "4"
    app.button(key="sweep_start").click().run()
    assert not app.exception
    sweep = "".join(app.query_params["sweep"])
    assert len(store().sweep(sweep)) == 4
    until(lambda: {run.ended for run in store().sweep(sweep)} == {"finished"})
    app.run()
    assert "The best: Learning rate" in words(app)
    app.button(key="sweep_use").click().run()
    assert app.number_input(key="learning_rate").value in (0.1, 0.5)
    assert app.number_input(key="iterations").value == 2
    app.switch_page("pages/runs.py").run()
    app.button(key="sweep_delete").click().run()


def test_a_sweep_is_started_though_its_page_is_not_shown_any_more(app, monkeypatch):
    """Somebody clicks on Start, and goes on at once: the page is left before its end."""
    from pages.kept import sweep_form
    from pages.session import jobs

    opened(app, "runs", sweep="new")
    begun = []
    monkeypatch.setattr(jobs(), "sweep", lambda runs, visitor: begun.append(runs) or "a-sweep")
    monkeypatch.setattr(sweep_form, "fields", lambda: st.stop())
    app.button(key="sweep_start").click().run()
    assert [len(runs) for runs in begun] == [12]


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        (
            "0.1, fast",
            "`fast` is not a number that Learning rate can have. Enter values such as 0.",
        ),
        ("0.1, 1e9", "between 0.000001 and 100"),
        ("0.1, nan", "between 0.000001 and 100"),
        ("0.1 0.1", "two or more different values"),
        ("", "two or more different values"),
        (" ".join(str(0.01 * i) for i in range(1, 12)), None),
    ],
)
def test_what_cannot_be_a_sweep_is_said_and_cannot_be_started(app, rates, said):
    opened(app, "runs", sweep="new")
    app.text_input(key="sweep_values_learning_rate").set_value(rates).run()
    assert bool(app.error) == (said is not None)
    assert app.button(key="sweep_start").disabled == (said is not None)
    if said:
        assert said in app.error[0].value


@pytest.mark.slow
def test_what_each_can_be_and_not_together_is_said_in_the_language_of_the_visitor(app):
    opened(app, "train")
    app.selectbox(key="gradient").set_value("fast_numerical").run()
    app.number_input(key="batch_size").set_value(100).run()
    app.number_input(key="hidden_size").set_value(10).run()
    app.switch_page("pages/runs.py").run()
    app.button(key="sweep_new").click().run()
    app.button_group(key="sweep_axes").set_value(["hidden_size", "batch_size"]).run()
    app.text_input(key="sweep_values_batch_size").set_value("100, 10000").run()
    assert "By the numerical gradient" in app.error[0].value
    assert app.button(key="sweep_start").disabled
    app.session_state["language"] = "zh"
    app.run()
    assert "用数值梯度" in app.error[0].value


def test_the_last_seed_can_be_one(app):
    opened(app, "train")
    app.number_input(key="seed").set_value(2**32 - 1).run()
    app.switch_page("pages/runs.py").run()
    app.button(key="sweep_new").click().run()
    assert app.error[0].value == "Seed must be between 0 and 4,294,967,293."
    app.number_input(key="sweep_seeds").set_value(1).run()
    assert not app.error


def test_too_many_runs_are_refused(app):
    opened(app, "runs", sweep="new")
    app.text_input(key="sweep_values_learning_rate").set_value(
        " ".join(str(i) for i in range(1, 40))
    ).run()
    app.number_input(key="sweep_seeds").set_value(20).run()
    assert "780 runs" in app.error[0].value
    app.number_input(key="sweep_seeds").set_value(1).run()
    app.number_input(key="sweep_iterations").set_value(1_000_000).run()
    assert "MB" in app.error[0].value


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ((0.9, 0.5, 0.91, 0.51, 0.92, 0.52), "by more than the noise"),
        ((0.9, 0.88, 0.8, 0.82, 0.85, 0.84), "may well be as good"),
    ],
)
def test_it_says_whether_the_best_is_better_than_noise(sweeps, scores, said):
    app, keep = sweeps
    shown(app, keep(RATES, scores, seeds=3))
    assert said in words(app)
    assert "The best: Learning rate: 0.1" in words(app)
    table = app.dataframe[0].value
    assert list(table["Learning rate"]) == [0.1, 0.5]  # As words, 10 would come before 2.
    assert list(table["Runs finished"]) == ["3 of 3", "3 of 3"]
    assert 0 < table["Mean"].iloc[0] < 1  # A number: as a word, 9% would be more than 85%.
    assert f"{table['Mean'].iloc[0]:.2%} ± " in words(app)


RATES_TRIED = (0.1, 0.2, 0.5, 1.0, 2.0)


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        (
            (0.9, 0.5, 0.6, 0.7, 0.91, 0.51, 0.61, 0.71, 0.92, 0.52, 0.62, 0.72),
            "each of the other 3",
        ),
        # By itself each of these tests would tell a difference: the best of four is lucky, too.
        (
            (0.9, 0.88, 0.88, 0.5, 0.91, 0.89, 0.89, 0.5, 0.92, 0.9, 0.9, 0.52),
            "Just as good may be: Learning rate: 0.2 (89.00% ± 1.00%) or Learning rate: 0.5 (89",
        ),
        ((*(0.9,) * 5, 0.8, 0.82, 0.81, 0.79, 0.8, *(0.85,) * 5), "or any of 1 more"),
    ],
)
def test_of_more_than_two_it_says_which_may_be_as_good(sweeps, scores, said):
    app, keep = sweeps
    axes = {"learning_rate": RATES_TRIED[: len(scores) // 3]}
    shown(app, keep(axes, scores, seeds=3))
    assert said in words(app)
    assert "at most <" not in words(app)
    assert "Bonferroni" in words(app)
    app.session_state["language"] = "zh"
    app.run()
    assert "邦费罗尼" in words(app)


def test_a_share_is_rounded_in_a_table_as_in_words():
    from pages.kept.sweep import rounded

    for value in (0.85345, 0.71375, 0.5, 0.00005, 0.99995):
        assert rounded(value) == pytest.approx(float(f"{value:.2%}"[:-1]) / 100, abs=1e-12)
    assert rounded(None) is None


def test_one_seed_says_nothing_of_noise(sweeps):
    app, keep = sweeps
    shown(app, keep(RATES, (0.9, 0.5)))
    assert "With one seed nobody can tell" in words(app)
    assert app.dataframe[0].value["± standard deviation"].isna().all()


def test_the_list_has_a_sweep_as_one_line_that_opens_it(sweeps):
    app, keep = sweeps
    sweep = keep(RATES, (0.9, 0.5))
    opened(app, "runs")
    assert not app.dataframe
    line = app.button(key=f"open_sweep_{sweep}")
    assert line.label == "Learning rate: 2 of 2 runs, best 90.00%"
    line.click().run()
    assert "".join(app.query_params["sweep"]) == sweep
    app.button(key="sweep_back").click().run()
    assert "sweep" not in app.query_params


def test_a_sweep_is_deleted_with_its_runs_and_put_back(sweeps):
    from pages.session import store

    app, keep = sweeps
    sweep = keep(RATES, (0.9, 0.5))
    shown(app, sweep)
    app.button(key="sweep_delete").click().run()
    assert store().sweep(sweep) == []
    assert "Deleted: 2" in words(app)
    app.button(key="runs_undo").click().run()
    assert len(store().sweep(sweep)) == 2


def test_somebody_elses_sweep_can_be_watched_and_no_more(sweeps):
    app, keep = sweeps
    sweep = keep(RATES, (0.9, 0.5), visitor="you")
    keeping = Keeping()
    keeping.receive({"visit": keeping.answer()["visit"], "n": 1})
    app.session_state["keeping"] = keeping
    shown(app, sweep)
    assert "The best" in words(app)
    assert any("Somebody else" in caption.value for caption in app.caption)
    keys = {button.key for button in app.button}
    assert not {"sweep_stop", "sweep_delete"} & keys
    assert "sweep_use" in keys


def test_a_sweep_that_is_not_kept_says_so(app):
    shown(app, "of-long-ago")
    assert "not kept here any more" in app.info[0].value


def test_the_numbers_of_all_runs_can_be_taken_away(sweeps):
    from pages.kept.sweep import as_csv
    from pages.session import store

    _, keep = sweeps
    axes = {"augmentation": ((), ("affine", "elastic")), "hidden_size": (2, 3)}
    sweep = keep(axes, (0.9, 0.5, 0.6, 0.7))
    rows = list(csv.DictReader(io.StringIO(as_csv(store().sweep(sweep)))))
    assert [row["test_accuracy"] for row in rows] == ["0.9", "0.5", "0.6", "0.7"]
    assert [row["augmentation"] for row in rows] == ["", "", "affine+elastic", "affine+elastic"]
    assert [row["hidden_size"] for row in rows] == ["2", "3", "2", "3"]
    assert {row["ended"] for row in rows} == {"finished"}


LABELS = {"Learning rate": ["0.1", "0.5"], "Units": ["2", "3"], "Momentum": ["0", "0.9"]}


@pytest.mark.parametrize(("n", "kind"), [(1, "scatter"), (2, "heatmap"), (3, "parcoords")])
def test_a_figure_has_the_means_of_what_has_finished(n, kind):
    labels = dict(list(LABELS.items())[:n])
    points = [
        Point((0,) * n, (0.8, 0.9), 2),
        Point((1,) * n, (0.5,), 2),
        Point((0, *(1,) * (n - 1)), (), 2),
    ]
    figure = sweep_figure(labels, points, lambda key: key)
    trace, *runs = go.Figure(figure).data  # Plotly refuses what it does not know.
    assert trace.type == kind
    if kind == "scatter":
        assert list(trace.x) == ["0.1", "0.5"]
        assert list(runs[0].x) == ["0.1", "0.1", "0.5"]
        assert list(runs[0].y) == [0.8, 0.9, 0.5]
        assert list(trace.y) == pytest.approx([0.85, 0.5])
        assert trace.error_y.array[1] == 0
    elif kind == "heatmap":
        assert trace.z[0][0] == pytest.approx(0.85)
        assert trace.z[1][0] is None
        assert trace.text[0][0].startswith("85.00%<br>± ")
    else:
        assert list(trace.dimensions[-1]["values"]) == pytest.approx([0.85, 0.5])
        assert list(trace.dimensions[2].ticktext) == ["0", "0.9"]
