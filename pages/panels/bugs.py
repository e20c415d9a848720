"""Plant a bug: backprop with a classic mistake in it, and the gradient check that finds it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import numpy as np
import streamlit as st

from pages.components.live_chart import live_chart
from pages.language import T
from pages.language.words import count, scientific
from pages.panels.settings import setting
from pages.platform.place import place
from pages.state import BUG, BUG_GUESS, BUG_HIDDEN, BUG_MISSED, Chart, Widget, one_of
from simplenet.data import loaded
from simplenet.gradients import central_difference_error
from simplenet.network import Params, SimpleNet
from simplenet.runs import TrainingRun
from simplenet.study.bugs import (
    BUGS,
    ArrayCheck,
    Bug,
    accuracy_after,
    buggy_gradient,
    check_gradient,
    sources,
)
from simplenet.training import TrainingConfig

NONE, RIDDLE = "none", "riddle"
EPOCH = 600
"""Iterations of 100 of the 60,000 digits."""


def bugs() -> None:
    """Show the panel."""
    st.markdown(T("bugs.intro"))
    chosen = setting()
    names = {
        NONE: T("bugs.none"),
        "transpose": T("bugs.transpose"),
        "slope": T("bugs.slope"),
        "factor": T("bugs.factor"),
        "sum": T("bugs.sum"),
        "label": T("bugs.label"),
        "updated": T("bugs.updated"),
        "bias": T("bugs.bias"),
    }
    BUG.open(one_of([*names, RIDDLE]))
    name = st.pills(
        T("bugs.choose"),
        [*names, RIDDLE],
        default=BUG.default,
        required=True,
        format_func=(names | {RIDDLE: T("bugs.riddle")}).__getitem__,
        key=BUG.name,
        on_change=hide_one,
        persist_state="session",
    )
    BUG.keep(name)
    if chosen is None:
        return
    solved = name != RIDDLE
    with place():
        if name == RIDDLE:
            name, solved = riddle(names)
    bug = bug_named(name)
    with place():
        if bug and solved:
            source(bug)
    x, params = chosen.x, chosen.params
    gradient = buggy_gradient(bug, params, x, chosen.t)
    with st.spinner(T("bugs.checking")):
        numerical, error = numerical_gradient(chosen.id, params, x, chosen.t)
    checks = check_gradient(gradient, numerical, error)
    verdict(checks, hinting=not solved)
    table(checks)
    charts(gradient, numerical, checks)
    if bug:
        would_anybody_notice(name, chosen.seed)


def source(bug: Bug) -> None:
    """Show a mistake in the engine's source."""
    right, wrong = (text.splitlines() for text in sources(bug))
    lines = list(difflib.unified_diff(right, wrong, lineterm="", n=1))[3:]
    st.caption(T("bugs.source"))
    st.code("\n".join(lines), language="diff", wrap_lines=True)


def hide_one() -> None:
    """Plant a mistake that the visitor does not know."""
    others = [bug.name for bug in BUGS if bug.name != BUG_HIDDEN.get()]
    BUG_HIDDEN.set(str(np.random.default_rng().choice(others)))
    BUG_GUESS.set(None)
    BUG_MISSED.set(False)


def riddle(names: Mapping[str, str]) -> tuple[str, bool]:
    """Let the visitor guess the mistake; return it, and whether it was guessed."""
    if not BUG_HIDDEN.is_set():  # Who came by a link has not clicked.
        hide_one()
    guess = st.pills(
        T("bugs.guess"),
        [bug.name for bug in BUGS],
        format_func=names.__getitem__,
        key=BUG_GUESS.name,
        persist_state="session",
        wrap=True,
    )
    st.button(
        T("bugs.another"), icon=":material/casino:", key=Widget.BUG_ANOTHER, on_click=hide_one
    )
    hidden = BUG_HIDDEN.get()
    solved = guess == hidden
    if solved:
        st.success(T("bugs.solved"), icon=":material/celebration:")
    elif guess:
        BUG_MISSED.set(True)
        st.warning(T("bugs.not_that", guess=names[guess]), icon=":material/search:")
    return hidden, solved


@st.cache_data(show_spinner=False, max_entries=50)
def numerical_gradient(
    setting_id: str, _params: Params, _x: np.ndarray, _t: np.ndarray
) -> tuple[Params, Params]:
    """Return the numerical gradient and its error, computed once for the same setting."""
    return (
        SimpleNet.from_params(_params).fast_numerical_gradient(_x, _t),
        central_difference_error(_params, _x, _t),
    )


def would_anybody_notice(name: str, seed: int) -> None:
    """Show what a training makes of the mistake."""
    st.header(T("bugs.notice"), anchor=False)
    with st.spinner(T("bugs.training")):
        accuracies = (
            (T("bugs.with"), accuracy_with(name, seed)),
            (T("bugs.without"), accuracy_with(NONE, seed)),
        )
    with st.container(horizontal=True):
        for label, accuracy in accuracies:
            st.metric(label, f"{accuracy:.1%}", border=True, width=230)
    st.caption(T("bugs.notice_help", n=count(EPOCH)))


@st.cache_data(show_spinner=False, max_entries=200)
def accuracy_with(name: str, seed: int) -> float:
    """Return the test accuracy after an epoch from fresh weights, computed once for everybody."""
    run = TrainingRun(TrainingConfig(iterations=EPOCH, seed=seed))
    return accuracy_after(bug_named(name), run.new_network(), loaded("bundled"), run.training)


def bug_named(name: str) -> Bug | None:
    """Return the mistake of a choice, or None for none."""
    return next((bug for bug in BUGS if bug.name == name), None)


def verdict(checks: Mapping[str, ArrayCheck], *, hinting: bool) -> None:
    """Say what the check found, and how to read it; that is folded where it is but a hint."""
    arrays: dict[str, list[str]] = {}
    for key, check in checks.items():
        arrays.setdefault(check.verdict, []).append(key)
    words = []
    if "wrong" in arrays:
        bad = [key for key, check in checks.items() if check.verdict in ("wrong", "doubtful")]
        words.append(T("bugs.fails", arrays=", ".join(bad)))
        if not hinting:
            words.append(how_to_read(checks, arrays))
    elif "doubtful" in arrays:
        words.append(T("bugs.doubts", arrays=", ".join(arrays["doubtful"])))
    if "unclear" in arrays:
        words.append(T("bugs.cannot_tell", arrays=", ".join(arrays["unclear"])))
    if not words:
        words.append(T("bugs.passes"))
    zeros = [key for key, check in checks.items() if check.is_zero]
    if zeros:
        words.append(T("bugs.zeros", arrays=", ".join(zeros)))
    if "wrong" in arrays:
        st.error(" ".join(words), icon=":material/bug_report:")
        with place():
            if hinting:
                st.expander(T("bugs.hint")).markdown(how_to_read(checks, arrays))
    elif len(arrays.get("right", [])) == len(checks):
        st.success(" ".join(words), icon=":material/check_circle:")
    else:
        st.warning(" ".join(words), icon=":material/help:")


def how_to_read(checks: Mapping[str, ArrayCheck], arrays: Mapping[str, list[str]]) -> str:
    """Return what the arrays that are wrong tell of the mistake."""
    wrong, right = arrays["wrong"], arrays.get("right", [])
    ratios = [check.ratio for check in checks.values()]
    if len(wrong) == len(checks):
        if np.ptp(ratios) < 1e-3 * abs(ratios[0]):
            return T("bugs.read_scale", ratio=f"{ratios[0]:.4g}")
        return T("bugs.read_all")
    if len(wrong) == 1 and len(right) == len(checks) - 1:
        return T("bugs.read_one", array=wrong[0])
    if right == ["W2", "b2"] and "unclear" not in arrays:
        return T("bugs.read_first")
    return T("bugs.read_doubt")


def table(checks: Mapping[str, ArrayCheck]) -> None:
    """Show the check of each array."""
    words = {
        "right": f"✓ {T('bugs.right')}",
        "doubtful": f"? {T('bugs.doubtful')}",
        "wrong": f"✗ {T('bugs.wrong')}",
        "unclear": f"– {T('bugs.unclear')}",
    }
    st.table(
        {
            T("race.array"): list(checks),
            T("bugs.verdict"): [words[check.verdict] for check in checks.values()],
            T("bugs.relative"): [
                f"{scientific(check.difference.relative)} ± {scientific(check.error)}"
                for check in checks.values()
            ],
            T("bugs.largest"): [scientific(check.difference.largest) for check in checks.values()],
            T("bugs.where"): [f"[{', '.join(map(str, check.where))}]" for check in checks.values()],
            T("bugs.backprop"): [f"{check.gradient:.4g}" for check in checks.values()],
            T("bugs.numerical"): [f"{check.numerical:.4g}" for check in checks.values()],
            T("bugs.ratio"): [ratio(check) for check in checks.values()],
        },
        hide_index=True,
    )
    st.caption(T("bugs.table_help"))


def ratio(check: ArrayCheck) -> str:
    """Return how many times as large an array is, where that can be told."""
    known = check.verdict != "unclear" and np.isfinite(check.ratio)
    return f"{check.ratio:.4g}" if known else "–"


def charts(gradient: Params, numerical: Params, checks: Mapping[str, ArrayCheck]) -> None:
    """Show the relative differences, and the two gradients against each other."""
    from pages.figures.gradients import agreement_figure, check_figure

    left, right = st.columns(2)
    said = ", ".join(
        f"{key}: {scientific(check.difference.relative)}" for key, check in checks.items()
    )
    with left:
        words = f"{T('bugs.relative')}. {said}"
        live_chart(check_figure(checks, T), key=Chart.BUG_CHECK, alt=words)
    with right:
        said = ", ".join(f"{key}: {ratio(check)}" for key, check in checks.items())
        words = f"{T('bugs.agreement')}. {T('bugs.ratio')}: {said}"
        live_chart(agreement_figure(gradient, numerical, T), key=Chart.BUG_AGREEMENT, alt=words)
    st.caption(T("bugs.agreement_help"))
