"""Scaling: how the cost of each way grows with the hidden layer and with the mini-batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from pages.components.live_chart import live_chart
from pages.following import again_and_again, phase, start, start_and_stop
from pages.language import T
from pages.language.text import quoted
from pages.language.words import duration, listed, pair, why_waiting
from pages.platform.place import place
from pages.session import ScalingJob, current_scaling
from pages.state import SCALING_GUESS, SCALING_ID, Chart, Widget
from simplenet.runs.scaling import THEORY, WAYS, Axis, Scaling, Timing, exponent_error, power_law
from simplenet.training import GradientMethod

GUESSES = (1, 2, 4, 8)


def scaling() -> None:
    """Show the panel."""
    st.markdown(T("scaling.intro"))
    job = current_scaling()
    shown = phase(job)
    st.pills(
        T("scaling.guess"),
        GUESSES,
        format_func="{}×".format,
        key=SCALING_GUESS.name,
        persist_state="session",
        wrap=True,
    )
    keys = Widget.SCALING_START, Widget.SCALING_STOP
    start_and_stop(
        keys,
        T("scaling.measure"),
        ":material/straighten:",
        measure,
        job,
        primary=job is None or not job.ended,
    )
    again_and_again(lambda: results(job), shown, job)


def measure() -> None:
    """Start the measurements."""
    start({SCALING_ID: Scaling()})


def results(job: ScalingJob | None) -> None:
    """Show what is measured so far."""
    timings: list[Timing] = list(job.records) if job else []
    with place():
        if job and job.error:
            st.error(T("train.failed", error=quoted(job.error)), icon=":material/error:")
    if job is None:
        st.progress(0.0, text=T("train.ready"))
    else:
        points = len(job.work.plan())
        words = [T("scaling.at", done=len(timings), all=points)]
        if waiting := why_waiting(job):
            words.append(waiting)
        st.progress(len(timings) / points, text=" · ".join(words))
    with place():
        if job and job.ended:
            doubled(timings)
    left, right = st.columns(2)
    with left:
        verdicts = axis(timings, "hidden_size", job)
    with right:
        verdicts |= axis(timings, "batch_size", job)
    if timings:
        st.caption(
            " ".join(
                [T("scaling.help")]
                + [T("scaling.below_help")] * ("below" in verdicts)
                + [T("scaling.above_help")] * ("above" in verdicts)
            )
        )


def doubled(timings: Sequence[Timing]) -> None:
    """Say what twice the hidden units cost the definition, beside what was guessed."""
    here = [one for one in timings if (one.axis, one.way) == ("hidden_size", "numerical")]
    if len(here) < 2:
        return
    _, exponent = power_law([one.size for one in here], [one.seconds for one in here])
    theory = f"{2 ** THEORY['hidden_size']['numerical']:g}×"
    words = [T("scaling.doubled", ratio=f"{2**exponent:.1f}×", theory=theory)]
    if guess := SCALING_GUESS.get():
        nearest = min(GUESSES, key=lambda one: abs(one - 2**exponent))
        right = T("race.guessed_right")
        words.append(right if guess == nearest else T("race.guessed", guess=str(guess)))
    st.markdown(" ".join(words))


def axis(timings: Sequence[Timing], name: Axis, job: ScalingJob | None) -> set[str]:
    """Show the chart and the exponents of one size; return how they compare to the theory."""
    if name == "hidden_size":
        title, key = T("scaling.hidden"), Chart.SCALING_HIDDEN
    else:
        title, key = T("scaling.batch"), Chart.SCALING_BATCH
    here = [timing for timing in timings if timing.axis == name]
    if job is None or not here:
        empty = f"{title}\n{T('scaling.empty')}"
        live_chart(None, key=key, alt=empty, empty=empty)
        return set()
    from pages.figures.gradients import scaling_figure

    names: dict[GradientMethod, str] = {
        "numerical": T("gradients.definition"),
        "fast_numerical": T("gradients.fast"),
        "backprop": T("gradients.backprop"),
    }
    points = {way: [timing for timing in here if timing.way == way] for way in WAYS}
    laws = {
        way: power_law([p.size for p in found], [p.seconds for p in found])
        for way, found in points.items()
        if len(found) > 1
    }
    work = job.work
    sizes = work.hidden_sizes if name == "hidden_size" else work.batch_sizes
    figure = scaling_figure(points, laws, names, sizes, title, T("scaling.seconds"), job.id)
    said = "; ".join(
        pair(names[way], listed(pair(p.size, duration(p.seconds)) for p in found))
        for way, found in points.items()
    )
    live_chart(figure, key=key, alt=f"{title}. {said}")
    errors = {
        way: exponent_error([p.size for p in points[way]], [p.seconds for p in points[way]])
        for way in laws
    }
    verdicts = {way: verdict(laws[way][1], errors[way], THEORY[name][way]) for way in laws}
    words = {
        "below": T("scaling.below"),
        "above": T("scaling.above"),
        "equal": T("scaling.equal"),
        "open": "–",
    }
    st.table(
        {
            T("race.method"): [names[way] for way in WAYS],
            T("scaling.fitted"): [
                fitted(laws[way][1], errors[way]) if way in laws else "–" for way in WAYS
            ],
            T("scaling.theory"): [str(THEORY[name][way]) for way in WAYS],
            T("scaling.measured"): [words[verdicts.get(way, "open")] for way in WAYS],
        },
        hide_index=True,
    )
    return set(verdicts.values())


def fitted(exponent: float, error: float) -> str:
    """Return an exponent with its uncertainty, twice the standard error."""
    return f"{exponent:.2f} ± {2 * error:.2f}" if np.isfinite(error) else f"{exponent:.2f}"


def verdict(exponent: float, error: float, theory: float) -> str:
    """Return how a measured exponent compares to the theory, as they are shown.

    Returns
    -------
    {"below", "above", "equal", "open"}
        Equal is within the uncertainty; open is not known yet.
    """
    if not np.isfinite(error):
        return "open"
    apart = round(round(exponent, 2) - theory, 2)
    if abs(apart) <= round(2 * error, 2):
        return "equal"
    return "below" if apart < 0 else "above"
