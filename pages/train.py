"""The Train page: set the recipe, click Train, watch the curves, keep the network."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.components.keepsakes import pinned
from pages.components.network_view import network_view, network_weights
from pages.following import Phase, again_and_again, phase, start
from pages.kept.sweeps import sweep_link
from pages.language import T
from pages.networks import exciting
from pages.platform.first_visit import run_page
from pages.platform.place import place
from pages.session import TrainingJob, browser_told, current_run, jobs, network_of, steers
from pages.state import (
    DIGIT,
    PACE,
    PRESET,
    RECIPE_SEEN,
    RUN_ID,
    Component,
    Place,
    Widget,
    one_of,
)
from pages.training.behind import put_behind
from pages.training.diagnosis import cure, diagnosed
from pages.training.ending import ending, misread, next_step
from pages.training.further import where_from
from pages.training.keeping import keep
from pages.training.listening import heard
from pages.training.mini_batch import last_step
from pages.training.naming import recipe_name
from pages.training.pinned import pinned_digit
from pages.training.presets import PRESETS, presets
from pages.training.progress import (
    curves,
    done,
    metrics,
    reads,
    show_error,
    status_text,
    table,
    vanished,
)
from pages.training.recipe import entered, fields, name_choices, set_recipe, show_wrong
from pages.twenty import strip, twenty
from simplenet.jobs import Pace
from simplenet.network import SimpleNet
from simplenet.runs import TrainingRun
from simplenet.training import History

PICTURE_S = 0.2
"""How often the network is shown anew while it learns."""

FEW_UNITS = 64
"""Hidden units that can be told apart in a picture that a phone shows whole."""

DIAGNOSIS_S = 1.0
"""How often it is asked what is wrong, while it learns."""

PACES: tuple[Pace, ...] = ("full", "slow", "step")


GROUND = {name: st.get_option(f"theme.{name}.backgroundColor") for name in ("light", "dark")}

STYLE = f"""<style>
/* The choice is the title of the chart below it. */
.st-key-{Place.SCALE} button {{ min-height: 1.75rem; padding: 0 0.6rem; font-size: 0.875rem; }}
.st-key-{Place.SCALE} {{ margin-bottom: -0.75rem; }}
/* Once a training is over, what comes next takes the place of what steered it, in one moment: the
   words before it, which come first, are never seen. */
@media (max-width: 1000px) {{
  .st-key-{Place.CONTROLS} div:has(> .stMarkdown),
  .st-key-{Place.CONTROLS}:has(.st-key-{Widget.DRAW_ONE})
    :is(.st-key-{Widget.HOLD}, .st-key-{Widget.STOP}) {{ display: none; }}
}}
/* On a phone the buttons stay at hand, and the picture in sight, while one scrolls. */
@media (max-width: 640px) {{
  .st-key-{Place.CONTROLS} .st-key-{PACE.name} {{ order: 1; }} /* In a row of its own. */
  .stProgress p {{ min-height: 2lh; }} /* What a training says of itself takes two lines. */
  /* So does what mends a training that is over: why, stands below the picture. */
  .st-key-{Widget.FIX}:has([data-testid="stBaseButton-primary"]) {{
    position: fixed; inset: auto 0 0; z-index: 99; width: auto !important; padding: 0.5rem 1rem;
    background: light-dark({GROUND["light"]}, {GROUND["dark"]});
  }}
  .st-key-{Widget.FIX}:has([data-testid="stBaseButton-primary"]) :is(div, button) {{ width: 100%; }}
  div:has(> .st-key-{Place.CONTROLS}) {{
    position: sticky; top: 3.75rem; z-index: 99; padding: 0.4rem 0;
    background: light-dark({GROUND["light"]}, {GROUND["dark"]});
  }}
}}
/* The fields of the recipe fill its width. */
@media (max-width: 480px) {{
  .st-key-{Widget.RECIPE} div:has(> .stNumberInput, > [data-testid="stSkeleton"]) {{
    flex-basis: calc(50% - 0.5rem);
  }}
  .st-key-{Widget.RECIPE} div:has(> .stSelectbox) {{ flex-basis: 100%; }}
}}
</style>"""


def page() -> None:
    """Show the page."""
    st.html(STYLE)
    job = current_run()
    if not PACE.is_set():  # A new visitor, perhaps by the address of a run.
        PACE.set(job.pace if job else PACE.default)
        set_recipe(job.work if job else TrainingRun())
    PRESET.follow(one_of({name: name for name in PRESETS}))
    if name := PRESET.get():
        set_recipe(PRESETS[name])
        PRESET.clear()
    PRESET.keep(None)
    name_choices()
    shown = phase(job)
    buttons = st.container(key=Place.CONTROLS, horizontal=True, vertical_alignment="center")
    with st.container(key=Place.RECIPES, horizontal=True, gap="xsmall"):
        presets()
        settings()
    with place():
        show_wrong()
        if jobs().workers.open_at:
            st.warning(T("train.open_scheduler"), icon=":material/lock_open:")
    run = entered()
    over = job if job and job.ended and job.state else None
    better = cure(over) if over else None
    with buttons:
        leads = shown == "ended" and (over is None or (better is not None and run == better))
        controls(run, job, shown, leads)
        if over:
            next_step(leads=better is None)
    left, right = st.columns([2, 1], gap="small")
    with left:
        again_and_again(lambda: picture(job, run), shown, job, live_s=PICTURE_S)
        if job and not job.ended and job.pace != "full":
            again_and_again(lambda: last_step(job), shown, job, leads=False)
        # What came of it, or what is wrong, is seen where one has looked.
        with st.container(key=Place.CAME_OF_IT):
            again_and_again(lambda: judged(job, run), shown, job, live_s=DIAGNOSIS_S, leads=False)
            if over and better is None:
                misread(over)
    with right:
        again_and_again(lambda: figures(job, run), shown, job, leads=False)
    with place():
        if over:
            ending(over, well=better is None)
    if pinned() is None:
        pinned_digit(job)
    else:
        again_and_again(lambda: pinned_digit(job), shown, job, leads=False)
    if over:
        keep(over)


def settings() -> None:
    """Show the fields of the recipe, from the first time on that somebody unfolds them.

    Before, they would be a third of what a browser goes through anew at each click. From then on
    they stay: for Streamlit 1.67, fields that are taken away while a click is on its way may come
    back without their values.
    """
    recipe = st.expander(
        T("train.recipe"), icon=":material/tune:", on_change="rerun", key=Widget.RECIPE
    )
    if recipe.open:
        RECIPE_SEEN.set(True)
    if RECIPE_SEEN.get():
        with recipe:
            fields()
            sweep_link()


def controls(run: TrainingRun | None, job: TrainingJob | None, shown: Phase, leads: bool) -> None:
    """Show the buttons that steer a training; the one that starts it may be the primary one."""
    live = job if job and shown != "ended" and steers(job) else None
    st.button(
        T("train.train"),
        type="primary" if leads else "secondary",
        icon=":material/play_arrow:",
        disabled=live is not None or run is None,
        on_click=train,
        key=Widget.TRAIN,
    )
    if live and shown == "paused" and live.pace != "step":
        st.button(
            T("train.resume"),
            icon=":material/resume:",
            on_click=live.resume,
            key=Widget.HOLD,
        )
    elif live and live.pace == "step":
        st.button(T("train.step"), icon=":material/step:", on_click=live.step, key=Widget.STEP)
    else:
        st.button(
            T("train.pause"),
            icon=":material/pause:",
            disabled=live is None,
            on_click=live.pause if live else None,
            key=Widget.HOLD,
        )
    st.button(
        T("train.stop"),
        icon=":material/stop:",
        disabled=live is None or live.stopping,
        on_click=live.stop if live else None,
        key=Widget.STOP,
    )
    st.segmented_control(
        T("train.pace"),
        PACES,
        default=PACE.default,
        required=True,
        format_func={
            "full": T("train.pace_full"),
            "slow": T("train.pace_slow"),
            "step": T("train.pace_step"),
        }.__getitem__,
        key=PACE.name,
        label_visibility="collapsed",
        on_change=set_pace,
        args=(job,),
        persist_state="session",
    )


def train() -> None:
    """Start a training of the recipe."""
    name_choices()
    if run := entered():
        before = current_run()
        start({RUN_ID: run}, PACE.get())
        if before and RUN_ID.get() != before.id:
            put_behind(before)


def set_pace(job: TrainingJob | None) -> None:
    """Set the pace of a training to what was chosen."""
    if job and steers(job):
        job.pace = PACE.get()


def picture(job: TrainingJob | None, run: TrainingRun | None) -> None:
    """Show the network as it is now, and which of twenty digits it reads right."""
    history = job.records.now() if job else History()
    shown = job.work if job else run or TrainingRun()
    words = status_text(job, history) if job else T("train.ready")
    st.progress(done(history, shown) / shown.training.iterations, text=words)
    with place():
        if job and job.error:
            show_error(job.error)
        elif job and not steers(job) and browser_told():
            st.caption(T("train.foreign"))
    state = job.state if job else None
    now = network_of(job) if job and state else None
    net = SimpleNet.from_params(now.params) if now else shown.new_network()
    reads(net, job)
    label = int(twenty().labels[DIGIT.get()])
    network_view(
        net.params,
        twenty().x[DIGIT.get()],
        key=Component.VIEW,
        iteration=now.record.iteration if now else shown.begins_at,
        caption=T("twenty.caption", digit=label),
        label=label,
        exciting=exciting(net),
        short=shown.hidden_size <= FEW_UNITS,
    )
    network_weights(net.params, key=Component.VIEW)
    strip(net, DIGIT.get(), DIGIT.set, key=Component.TWENTY)


def judged(job: TrainingJob | None, run: TrainingRun | None) -> None:
    """Say what is wrong with a training, if anything is."""
    with place():
        if job:
            history = job.records.now()
            if not diagnosed(job, history, run):
                vanished(history)


def figures(job: TrainingJob | None, run: TrainingRun | None) -> None:
    """Show the figures of a training, and its curves."""
    history = job.records.now() if job else History()
    shown = job.work if job else run or TrainingRun()
    metrics(history, job)
    with place():
        if job and run != replace(job.work, start=None):
            st.caption(T("train.of_recipe", recipe=recipe_name(job.work)))
        if job:
            where_from(job)
    curves(history, job, shown)
    heard(job, history)
    table(history)


run_page(page)
