"""Pictures of what each stage under the microscope computes."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.live_chart import live_chart
from pages.components.mosaic import mosaic
from pages.language import T
from pages.language.words import scientific
from pages.state import SCOPE_UNIT, Chart, Component, between
from simplenet.study.microscope import Dissection, Stage


def stage_picture(stage: Stage, found: Dissection) -> None:
    """Show what a stage computes."""
    show = {
        "input": show_input,
        "hidden": show_hidden,
        "output": show_output,
        "loss": show_loss,
        "delta2": show_delta2,
        "gradient2": show_gradient2,
        "delta1": show_delta1,
        "gradient1": show_gradient1,
        "update": show_update,
        "after": show_after,
    }
    show[stage.name](found)


def show_input(found: Dissection) -> None:
    """Show the digit."""
    alt = T("microscope.input")
    image = found.x.reshape(1, 28, 28)
    mosaic(image, key=Component.SCOPE_INPUT, alt=alt, signed=False, side=224)


def show_hidden(found: Dissection) -> None:
    """Show what goes into the hidden units, and what comes out."""
    units = np.arange(found.a1.size)
    bars(Chart.SCOPE_S1, T("microscope.s1"), units, {T("microscope.s1"): found.s1})
    bars(Chart.SCOPE_A1, T("microscope.a1"), units, {T("microscope.a1"): found.a1})


def show_output(found: Dissection) -> None:
    """Show the scores and the probabilities."""
    digits = np.arange(found.y.size)
    bars(Chart.SCOPE_S2, T("microscope.s2"), digits, {T("microscope.s2"): found.s2})
    bars(Chart.SCOPE_Y, T("microscope.y"), digits, {T("microscope.y"): found.y})


def show_loss(found: Dissection) -> None:
    """Show the loss over the probability of the right digit."""
    from pages.figures.gradients import loss_of_probability_figure

    p = float(found.y[found.label])
    live_chart(
        loss_of_probability_figure(p, found.loss, T),
        key=Chart.SCOPE_LOSS,
        alt=T("microscope.loss_words", loss=f"{found.loss:.4f}", p=f"{p:.4f}"),
    )


def show_delta2(found: Dissection) -> None:
    """Show the probabilities, the target, and the error between them."""
    digits = np.arange(found.y.size)
    target = (digits == found.label).astype(float)
    title = T("microscope.y_and_t")
    bars(Chart.SCOPE_T, title, digits, {"y": found.y, "t": target})
    bars(Chart.SCOPE_DELTA2, T("microscope.error2"), digits, {T("microscope.error2"): found.delta2})


def show_gradient2(found: Dissection) -> None:
    """Show the gradient of W2, a row a digit."""
    st.caption(T("microscope.w2_help"))
    matrix = scaled(found.gradient["W2"].T)
    alt = T("microscope.gradient2")
    mosaic(matrix[np.newaxis], key=Component.SCOPE_W2, alt=alt, side=700)


def show_delta1(found: Dissection) -> None:
    """Show the error as it arrives at the hidden layer, and after the sigmoid's slope."""
    units = np.arange(found.delta1.size)
    bars(
        Chart.SCOPE_CARRIED,
        T("microscope.carried"),
        units,
        {T("microscope.carried"): found.carried},
    )
    slope = found.a1 * (1 - found.a1)
    bars(Chart.SCOPE_SLOPE, T("microscope.slope"), units, {T("microscope.slope"): slope})
    bars(Chart.SCOPE_DELTA1, T("microscope.error1"), units, {T("microscope.error1"): found.delta1})


def show_gradient1(found: Dissection) -> None:
    """Show the gradient of W1, an image a hidden unit."""
    unit = chosen_unit(found)
    st.caption(T("microscope.w1_help", unit=unit, error=scientific(float(found.delta1[unit]))))
    unit_images(scaled(found.gradient["W1"]), found, Component.SCOPE_W1)


def show_update(found: Dissection) -> None:
    """Show the weights of one hidden unit before and after the step, and their change."""
    unit = chosen_unit(found)
    before, after = (params["W1"][:, unit] for params in (found.before, found.after))
    change = after - before
    reach = max(np.abs(before).max(), np.abs(after).max()) or 1.0
    st.caption(T("microscope.update_help", unit=unit))
    mosaic(
        np.stack([before / reach, scaled(change), after / reach]).reshape(3, 28, 28),
        key=Component.SCOPE_UPDATE,
        alt=T("microscope.update"),
        side=200,
        captions=[
            T("microscope.before"),
            T("microscope.change", largest=scientific(float(np.abs(change).max()))),
            T("microscope.afterwards"),
        ],
    )
    st.caption(T("microscope.update_units"))
    unit_images(scaled(found.after["W1"] - found.before["W1"]), found, Component.SCOPE_CHANGES)


def show_after(found: Dissection) -> None:
    """Show the probabilities before and after the step."""
    shown = {T("microscope.before"): found.y, T("microscope.afterwards"): found.y_after}
    bars(Chart.SCOPE_AFTER, T("microscope.y"), np.arange(found.y.size), shown)


def unit_images(matrix: np.ndarray, found: Dissection, key: Component) -> None:
    """Show a matrix of the shape of W1 as an image a hidden unit, to choose one."""
    mosaic(
        matrix.T.reshape(-1, 28, 28),
        key=key,
        alt=T("microscope.units_alt", unit=chosen_unit(found)),
        image=chosen_unit(found),
        on_pick=lambda image, _: SCOPE_UNIT.set(image),
    )


def chosen_unit(found: Dissection) -> int:
    """Return the hidden unit that is looked at: the one with the largest error, at first."""
    last, largest = found.delta1.size - 1, int(np.abs(found.delta1).argmax())
    SCOPE_UNIT.open(between(0, last))
    chosen = SCOPE_UNIT.get()
    # The network may be another one now.
    unit = largest if chosen is None or chosen > last else chosen
    SCOPE_UNIT.keep(unit, largest)
    return unit


def scaled(matrix: np.ndarray) -> np.ndarray:
    """Return a matrix whose largest entry is 1 or -1."""
    return matrix / (np.abs(matrix).max() or 1.0)


def bars(key: Chart, title: str, x: np.ndarray, values: dict[str, np.ndarray]) -> None:
    """Show numbers as bars."""
    from pages.figures.gradients import bars_figure

    said = "; ".join(
        f"{name}: " + ", ".join(f"{value:.3g}" for value in of) for name, of in values.items()
    )
    live_chart(bars_figure(title, x, values), key=key, alt=f"{title}. {said}")
