"""Backprop under the microscope: one digit, one step, stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.mosaic import mosaic
from pages.components.network_view import Active, Part, network_view, network_weights
from pages.language import T
from pages.language.words import count
from pages.networks import exciting
from pages.panels.leading import at_last_stage
from pages.panels.settings import chosen_setting, setting_fields
from pages.panels.stage_pictures import stage_picture
from pages.state import (
    SCOPE_DIGIT,
    SCOPE_LABEL,
    SCOPE_RATE,
    SCOPE_SOURCE,
    SCOPE_STAGE,
    SCOPE_TEST,
    Component,
    Place,
    Widget,
    between,
    one_of,
)
from simplenet.data import loaded
from simplenet.network import SimpleNet
from simplenet.study.microscope import STAGES, Dissection, Stage, code_of, dissect
from simplenet.training import LIMITS

DIGITS = 60
"""Digits of the mini-batch that can be chosen."""

ALL: tuple[Part, ...] = ("image", "first", "hidden", "second", "outputs")
LIT: Mapping[str, tuple[Part, ...]] = {
    "input": ("image",),
    "hidden": ("first", "hidden"),
    "output": ("second", "outputs"),
    "loss": ("outputs",),
    "delta2": ("outputs",),
    "gradient2": ("hidden", "second", "outputs"),
    "delta1": ("hidden", "second"),
    "gradient1": ("image", "first", "hidden"),
    "update": ALL,
    "after": ALL,
}
"""What of the network takes part in a stage."""

BACK = ("delta2", "gradient2", "delta1", "gradient1", "update")
"""The stages in which errors run back."""

ORDER = [stage.name for stage in STAGES]

LOWEST_RATE, HIGHEST_RATE = map(float, LIMITS["learning_rate"])


GROUND = {name: st.get_option(f"theme.{name}.backgroundColor") for name in ("light", "dark")}

STYLE = f"""<style>
/* The words of a stage, and the way to the next one, stay with what they change. */
div:has(> .st-key-{Place.SCOPE_STEP}) {{
  position: sticky; top: 3.75rem; z-index: 99;
  background: light-dark({GROUND["light"]}, {GROUND["dark"]});
}}
.st-key-{Place.SCOPE_STEP} {{ gap: 0.25rem; padding: 0.25rem 0 0.5rem; }}
.st-key-{Place.SCOPE_STEP} .stHeading h2 {{ padding: 0.4rem 0 0; }}
/* Nothing moves from stage to stage: there is room for the longest words. */
.st-key-{Place.SCOPE_WORDS} {{ min-height: 6.5rem; }}
@media (max-width: 900px) {{ .st-key-{Place.SCOPE_WORDS} {{ min-height: 5rem; }} }}
@media (max-width: 640px) {{
  .st-key-{Place.SCOPE_STEP} > .stHorizontalBlock {{ gap: 0.25rem; }}
  .st-key-{Place.SCOPE_STEP} .stButton button {{ min-height: 2.25rem; padding: 0 0.6rem; }}
  .st-key-{Place.SCOPE_STEP} .stHeading h2 {{ font-size: 1.1rem; padding: 0; }}
  .st-key-{Place.SCOPE_WORDS} {{ min-height: 7.25rem; }}
  .st-key-{Place.SCOPE_WORDS} p {{ font-size: 0.875rem; line-height: 1.45; }}
}}
/* A low window has no room for both. */
@media (max-height: 560px) {{ div:has(> .st-key-{Place.SCOPE_STEP}) {{ position: static; }} }}
</style>"""


def microscope() -> None:
    """Show the panel."""
    st.html(STYLE)
    st.markdown(T("microscope.intro"))
    step = st.container(key=Place.SCOPE_STEP)
    above = st.container()
    main, beside = st.columns([2, 1], gap="large")
    with beside:
        every_stage = st.container()
        choosing = st.container()
        right = setting_fields(batch=False)
    chosen = chosen_setting(DIGITS) if right else None
    if chosen is None:
        return
    with choosing:
        digit = choose_digit(chosen.net, chosen.pixels, chosen.labels)
        SCOPE_RATE.open(between(LOWEST_RATE, HIGHEST_RATE))
        rate = st.number_input(
            T("train.learning_rate"),
            LOWEST_RATE,
            HIGHEST_RATE,
            SCOPE_RATE.default,
            step=0.1,
            format="%g",
            key=SCOPE_RATE.name,
            persist_state="session",
            width=162,
            help=T("microscope.rate_help"),
        )
        SCOPE_RATE.keep(rate)
    with main:
        if digit is None or rate is None:
            st.info(T("microscope.empty"), icon=":material/draw:")
        else:
            found = dissect(chosen.net.params, *digit, rate)
            at = stages(found, step)
            with above:
                network(at, found, chosen.iteration)
            details(at, found)
            with every_stage:
                choose_stage()


def choose_stage() -> None:
    """Show all stages, to choose one."""
    st.pills(
        T("microscope.stage"),
        ORDER,
        default=SCOPE_STAGE.default,
        required=True,
        format_func={one: f"{i} {title(one)}" for i, one in enumerate(ORDER, 1)}.__getitem__,
        key=SCOPE_STAGE.name,
        persist_state="session",
        wrap=True,
    )


def choose_digit(
    net: SimpleNet, pixels: np.ndarray, labels: np.ndarray
) -> tuple[np.ndarray, int] | None:
    """Show the choice of a digit, and return it with its label, or None if there is none yet."""
    last = len(loaded("bundled").pixels_test) - 1
    SCOPE_TEST.open(between(0, last))
    if SCOPE_TEST.is_set() and not SCOPE_SOURCE.is_set():
        SCOPE_SOURCE.set("test")  # A link to a test digit.
    sources = {
        "batch": T("microscope.batch"),
        "test": T("microscope.test"),
        "drawing": T("microscope.drawing"),
    }
    source = st.segmented_control(
        T("microscope.digit"),
        list(sources),
        default=SCOPE_SOURCE.default,
        required=True,
        format_func=sources.__getitem__,
        key=SCOPE_SOURCE.name,
        persist_state="session",
        wrap=True,
    )
    if source == "batch":
        SCOPE_TEST.keep(None)
        SCOPE_DIGIT.open(between(0, DIGITS - 1))
        i = SCOPE_DIGIT.get()
        SCOPE_DIGIT.keep(i)
        mosaic(
            pixels.reshape(-1, 28, 28) / 255,
            key=Component.SCOPE_DIGITS,
            alt=T("microscope.digits_alt", label=labels[i]),
            signed=False,
            side=40,
            image=i,
            on_pick=lambda image, _: SCOPE_DIGIT.set(image),
        )
        return pixels[i], int(labels[i])
    SCOPE_DIGIT.keep(None)
    if source == "test":
        row = st.number_input(
            T("microscope.row", last=count(last)),
            0,
            last,
            0,
            key=SCOPE_TEST.name,
            persist_state="session",
            help=T("microscope.row_help"),
            width=162,
        )
        return None if row is None else test_digit(row)
    SCOPE_TEST.keep(None)
    # Half a second of imports that only a drawing needs.
    from pages.components.canvas import canvas, seen

    canvas()
    x = seen()
    label = st.pills(
        T("microscope.label"),
        range(10),
        default=int(net.predict(x).argmax()) if x is not None else None,
        key=None if x is None else SCOPE_LABEL.name,
        required=x is not None,
        disabled=x is None,
        help=T("microscope.label_help"),
    )
    return None if x is None or label is None else (x, label)


def test_digit(row: int) -> tuple[np.ndarray, int]:
    """Show a digit of the test set, and return it with its label."""
    SCOPE_TEST.keep(row)
    data = loaded("bundled")
    x, label = data.pixels_test[row], int(data.t_test[row].argmax())
    alt = T("twenty.caption", digit=label)
    mosaic(
        x.reshape(1, 28, 28) / 255,
        key=Component.SCOPE_TEST_DIGIT,
        alt=alt,
        signed=False,
        side=140,
        captions=[alt],
    )
    return x, label


def title(stage: str) -> str:
    """Return what a stage is called."""
    return {
        "input": T("microscope.input"),
        "hidden": T("microscope.hidden"),
        "output": T("microscope.output"),
        "loss": T("microscope.loss"),
        "delta2": T("microscope.delta2"),
        "gradient2": T("microscope.gradient2"),
        "delta1": T("microscope.delta1"),
        "gradient1": T("microscope.gradient1"),
        "update": T("microscope.update"),
        "after": T("microscope.after"),
    }[stage]


def stages(found: Dissection, step: DeltaGenerator) -> Stage:
    """Show which stage it is, what it does, and the ways to the others; return it."""

    def go(by: int) -> Callable[[], None]:
        return lambda: SCOPE_STAGE.set(ORDER[ORDER.index(SCOPE_STAGE.get()) + by])

    SCOPE_STAGE.open(one_of(ORDER))
    SCOPE_STAGE.keep(SCOPE_STAGE.get())
    at = ORDER.index(SCOPE_STAGE.get())
    stage = STAGES[at]
    with step:
        left, right = st.columns([2, 5], vertical_alignment="top")
    with left:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                T("microscope.back"),
                icon=":material/arrow_back:",
                key=Widget.SCOPE_BACK,
                disabled=at == 0,
                on_click=go(-1),
            )
            st.button(
                T("microscope.next"),
                icon=":material/arrow_forward:",
                type="secondary" if at_last_stage() else "primary",
                key=Widget.SCOPE_NEXT,
                disabled=at_last_stage(),
                on_click=go(1),
            )
            st.caption(T("microscope.at", n=at + 1, all=len(ORDER)), width="content")
        st.header(title(stage.name), anchor=False)
    with right, st.container(key=Place.SCOPE_WORDS):
        st.markdown(explanation(stage, found))
    return stage


def details(stage: Stage, found: Dissection) -> None:
    """Show the formula of a stage, what it computes, and the lines that compute it."""
    st.latex(stage.formula)
    stage_picture(stage, found)
    for path, line, code in code_of(stage):
        st.caption(T("microscope.code", path=path, line=line))
        st.code(code, language="python", wrap_lines=True)


def network(stage: Stage, found: Dissection, iteration: int) -> None:
    """Show the network, with what the stage computes lit in it."""
    later = stage.name == "after"
    params = found.after if later else found.before
    back = stage.name in BACK
    network_view(
        params,
        found.x,
        key=Component.SCOPE_VIEW,
        iteration=iteration + later,
        caption=T("microscope.it_is", label=found.label),
        label=found.label,
        exciting=exciting(SimpleNet.from_params(params)),
        active=Active(
            LIT[stage.name],
            found.delta2 if back else None,
            found.delta1 if back and stage.name not in ("delta2", "gradient2") else None,
            title(stage.name),
        ),
    )
    network_weights(params, key=Component.SCOPE_VIEW)


def explanation(stage: Stage, found: Dissection) -> str:
    """Return what a stage does, with its numbers."""
    wrong = int(np.argmax(np.where(np.arange(len(found.y)) == found.label, -1, found.y)))
    lit = int(np.count_nonzero(found.x))
    return {
        "input": T("microscope.input_words", lit=lit, all=found.x.size, label=found.label),
        "hidden": T("microscope.hidden_words", n=found.a1.size, mean=f"{found.a1.mean():.2f}"),
        "output": T("microscope.output_words", label=found.label, p=f"{found.y[found.label]:.2%}"),
        "loss": T(
            "microscope.loss_words", loss=f"{found.loss:.4f}", p=f"{found.y[found.label]:.4f}"
        ),
        "delta2": T(
            "microscope.delta2_words",
            label=found.label,
            right=f"{found.delta2[found.label]:+.4f}",
            wrong=wrong,
            p=f"{found.delta2[wrong]:+.4f}",
        ),
        "gradient2": T("microscope.gradient2_words"),
        "delta1": T("microscope.delta1_words", n=found.delta1.size),
        "gradient1": T("microscope.gradient1_words", lit=lit),
        "update": T(
            "microscope.update_words",
            n=count(sum(int(np.count_nonzero(value)) for value in found.gradient.values())),
            all=count(sum(value.size for value in found.gradient.values())),
        ),
        "after": T(
            "microscope.after_words",
            label=found.label,
            before=f"{found.y[found.label]:.2%}",
            after=f"{found.y_after[found.label]:.2%}",
            loss=f"{found.loss:.4f}",
            loss_after=f"{found.loss_after:.4f}",
        ),
    }[stage.name]
