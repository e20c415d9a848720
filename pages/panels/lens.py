"""One weight under the lens: its loss curve, secant and tangent, and the error of every step."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.live_chart import live_chart
from pages.components.mosaic import mosaic
from pages.language import T
from pages.language.words import scientific
from pages.panels.settings import Setting, setting
from pages.platform.choice import choose_one
from pages.platform.place import place
from pages.state import (
    LENS_CENTRAL,
    LENS_DTYPE,
    LENS_GUESS,
    LENS_STEP,
    LENS_WEIGHT,
    Chart,
    Component,
    Place,
    Weight,
    Widget,
    one_of,
)
from simplenet.study.lens import Lens, StepErrors

STEPS = tuple(float(f"{digit}e{power}") for power in range(-12, 1) for digit in (1, 2, 5))
PRECISIONS = "float64", "float32"
FINE_STEPS = np.logspace(-12, 0.5, 63)
GUESSES = (1.0, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12)
POINTS = 81
WIDE = 6.0
"""How far the whole curve reaches to both sides of the weight: to where the unit is saturated."""

ZOOM = 1.6
"""How many steps the zoomed curve reaches to both sides."""


def lens() -> None:
    """Show the panel."""
    st.markdown(T("lens.intro"))
    chosen = setting()
    if chosen is None:
        return
    gradient = np.asarray(chosen.net.gradient(chosen.pixels, chosen.t)["W1"])  # (784, hidden)
    left, right = st.columns([1, 2], gap="large")
    with left:
        pixel, unit = choose_weight(gradient)
    with right:
        measured(chosen, pixel, unit)


def choose_weight(gradient: np.ndarray) -> tuple[int, int]:
    """Show the gradient of W1 as images, and return the pixel and the unit that are chosen."""
    hidden = gradient.shape[1]
    largest = Weight(*map(int, np.unravel_index(np.abs(gradient).argmax(), gradient.shape)))
    LENS_WEIGHT.open(weight)
    pixel, unit = LENS_WEIGHT.get() or largest
    unit = min(unit, hidden - 1)  # The network may be another one now.
    LENS_WEIGHT.keep(Weight(pixel, unit), largest)
    strength = np.abs(gradient).max() or 1.0
    images = gradient.T.reshape(hidden, 28, 28) / strength
    row, column = divmod(pixel, 28)

    def pick_unit(image: int, _: tuple[int, int]) -> None:
        LENS_WEIGHT.set(Weight(pixel, image))

    def pick_pixel(_: int, place: tuple[int, int]) -> None:
        LENS_WEIGHT.set(Weight(28 * place[0] + place[1], unit))

    st.button(
        T("lens.largest"),
        icon=":material/my_location:",
        key=Widget.LENS_LARGEST,
        on_click=LENS_WEIGHT.set,
        args=(largest,),
        disabled=(pixel, unit) == largest,
    )
    st.caption(T("lens.pixel", row=row, column=column))
    mosaic(
        images[[unit]],
        key=Component.LENS_PIXELS,
        alt=T("lens.pixel_alt", row=row, column=column, unit=unit),
        side=308,
        pixel=(row, column),
        on_pick=pick_pixel,
    )
    st.caption(T("lens.unit", unit=unit))
    mosaic(
        images,
        key=Component.LENS_UNITS,
        alt=T("lens.unit_alt", unit=unit),
        image=unit,
        on_pick=pick_unit,
    )
    return pixel, unit


def weight(text: str) -> Weight:
    """Return the pixel and the unit of a weight in a link, such as 486.38."""
    pixel, unit = map(int, text.split("."))
    if not 0 <= pixel < 784 or unit < 0:
        raise ValueError(f"there is no weight {text}")
    return Weight(pixel, unit)


def measured(chosen: Setting, pixel: int, unit: int) -> None:
    """Show the two charts of a weight, and what they say in numbers."""
    view = Lens(chosen.net.params, chosen.x, chosen.labels, "W1", (pixel, unit))
    derivative = view.derivative()
    st.markdown(
        T(
            "lens.weight",
            pixel=pixel,
            unit=unit,
            value=f"{view.value:.4g}",
            slope=f"{derivative:.4g}",
        )
    )
    with place():
        if derivative == 0:
            st.info(T("lens.blank"), icon=":material/visibility_off:")
    step, dtype, central = choices()
    error = loss_curve(view, derivative, step, dtype, central)
    guess = st.pills(
        T("lens.guess"),
        GUESSES,
        format_func={h: written(h) for h in GUESSES}.__getitem__,
        key=LENS_GUESS.name,
        persist_state="session",
        wrap=True,
    )
    with place():
        if guess is not None:
            with st.spinner(T("lens.measuring")):
                all_errors = errors_of(chosen.id, pixel, unit, view)
            step_errors(all_errors, step, error, guess)


def loss_curve(view: Lens, derivative: float, step: float, dtype: str, central: bool) -> float:
    """Show the loss over the weight, and both slopes; return the relative error of the secant's."""
    from pages.figures.gradients import lens_zoom_figure, loss_curve_figure

    moves = np.linspace(-WIDE, WIDE, POINTS)
    near = np.linspace(-ZOOM * step, ZOOM * step, POINTS)
    ends = np.array([0.0 if not central else -step, step])
    here, *losses = view.losses([0.0, *ends, *moves, *near], dtype)
    end_losses, curve, zoomed = np.split(np.array(losses) - here, [2, 2 + POINTS])
    slope = (end_losses[1] - end_losses[0]) / (ends[1] - ends[0])
    error = float(abs(slope - derivative) / (abs(derivative) or 1.0))
    words = T(
        "lens.curve_alt",
        slope=f"{slope:.6g}",
        derivative=f"{derivative:.6g}",
        h=scientific(step),
    )
    with st.container(key=Place.LENS_CHARTS):
        whole, zoom = st.columns(2)
    with whole:
        figure = loss_curve_figure(moves, curve, ends, end_losses, derivative, T)
        live_chart(figure, key=Chart.LENS_CURVE, alt=words)
    with zoom:
        figure = lens_zoom_figure(near, zoomed, ends, end_losses, derivative, T)
        live_chart(figure, key=Chart.LENS_ZOOM, alt=f"{T('lens.zoom')}. {words}")
    st.caption(T("lens.zoom_help"))
    with st.container(horizontal=True):
        st.metric(T("lens.secant_slope"), f"{slope:.4g}", border=True, width=160)
        st.metric(T("lens.tangent_slope"), f"{derivative:.4g}", border=True, width=160)
        st.metric(T("lens.slopes_apart"), scientific(slope - derivative), border=True, width=160)
        st.metric(T("lens.error"), scientific(error), border=True, width=160)
    return error


def written(h: float) -> str:
    """Return a step as it is written on the slider."""
    return f"{h:.0e}" if h < 0.01 else f"{h:g}"


def step_errors(all_errors: list[StepErrors], step: float, error: float, guess: float) -> None:
    """Show the errors of all steps, with the chosen one among them, and the best steps."""
    from pages.figures.gradients import errors_figure

    central = next(e for e in all_errors if e.central and e.dtype == "float64")
    st.markdown(
        T(
            "lens.guessed",
            guess=written(guess),
            error=scientific(float(central.errors[np.abs(np.log(FINE_STEPS / guess)).argmin()])),
            best=scientific(float(FINE_STEPS[central.errors.argmin()])),
            least=scientific(float(central.errors.min())),
        )
    )

    best = {
        (errors.dtype, errors.central): FINE_STEPS[errors.errors.argmin()] for errors in all_errors
    }
    figure = errors_figure(FINE_STEPS, all_errors, (step, error), T)
    words = T("lens.errors_alt", h=scientific(best["float64", True]))
    live_chart(figure, key=Chart.LENS_ERRORS, alt=words)
    st.caption(T("lens.errors_help"))
    st.table(
        {
            T("lens.way"): [
                f"{T('lens.central') if e.central else T('lens.forward')}, {e.dtype}"
                for e in all_errors
            ],
            T("lens.best_step"): [scientific(best[e.dtype, e.central]) for e in all_errors],
            T("lens.best_error"): [scientific(float(e.errors.min())) for e in all_errors],
        },
        hide_index=True,
    )


def choices() -> tuple[float, str, bool]:
    """Show what can be set, and return it: the step, the precision, and which difference."""
    ways = {True: T("lens.central"), False: T("lens.forward")}
    LENS_STEP.open(one_of(STEPS))
    step = st.select_slider(
        T("lens.step"),
        STEPS,
        LENS_STEP.default,
        format_func={h: written(h) for h in STEPS}.__getitem__,
        key=LENS_STEP.name,
        persist_state="session",
        help=T("lens.step_help"),
    )
    with st.container(horizontal=True):
        central = choose_one(LENS_CENTRAL, T("lens.difference"), ways)
        dtype = choose_one(LENS_DTYPE, T("lens.precision"), {name: name for name in PRECISIONS})
    LENS_STEP.keep(step)
    return step, dtype, central


@st.cache_data(show_spinner=False, max_entries=100)
def errors_of(setting_id: str, pixel: int, unit: int, _view: Lens) -> list[StepErrors]:
    """Return the errors of all steps, measured once for the same weight of the same setting."""
    return [
        errors
        for dtype in (np.float64, np.float32)
        for errors in _view.step_errors(FINE_STEPS, dtype)
    ]
