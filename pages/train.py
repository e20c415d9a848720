"""The Train page: set the recipe, click Train, watch the curves, keep the network."""

from __future__ import annotations

from dataclasses import asdict, fields

import numpy as np
import streamlit as st

from app import run_page
from pages.parts.live_chart import live_chart
from pages.parts.networks import MODELS
from pages.parts.pinned import pinned_digit
from pages.parts.place import place
from pages.parts.session import T, current_run, follow, jobs
from pages.parts.text import LANGUAGES, quoted, text
from pages.parts.words import count, duration, option_names, why_waiting
from simplenet.augmentation import AUGMENTATIONS
from simplenet.data import DataSourceError
from simplenet.jobs import SLOW_PERIOD_S, SLOW_RECORDS, Job, JobError
from simplenet.network import SimpleNet
from simplenet.runs import LIMITS, TrainingRun, described, largest_batch
from simplenet.storage import check_model_name, model_to_bytes, save_model
from simplenet.training import Record, TrainingConfig

REFRESH_S = 0.4
PAUSED_REFRESH_S = 2.0
SMOOTHED = 50
"""Mini-batches that a loss is the mean of, where one number or one curve has to stand for them."""

VANISHED = 0.05
"""From what share of the training set without a slope on it is said. Networks that learn well stay
below a ten-thousandth; with a learning rate of 50 or first weights of 10 it is most of the set."""

PACES = ("full", "slow", "step")
CHOICES = {
    "schedule": ("constant", "cosine"),
    "gradient": ("backprop", "fast_numerical"),
    "source": ("bundled", "openml"),
}


def page() -> None:
    """Show the page."""
    st.markdown(T("train.intro"))
    job = current_run()
    if "pace" not in st.session_state:  # A new visitor, perhaps by the address of a run.
        st.session_state.pace = job.pace if job else "full"
        set_recipe(job.work if job else TrainingRun())
    shown = buttons_for(job)
    run = recipe()
    controls(run, job, shown)
    refresh_s = {"live": REFRESH_S, "paused": PAUSED_REFRESH_S, "ended": None}[shown]
    st.fragment(progress, run_every=refresh_s)(job, run, shown)
    if job and job.ended and job.state:
        keep(job)


def recipe() -> TrainingRun | None:
    """Show the fields of the recipe, and return what they hold, or None if that cannot be."""
    name_choices()
    numbers = (
        ("hidden_size", T("train.hidden_size"), T("train.hidden_size_help"), 10),
        ("iterations", T("train.iterations"), T("train.iterations_help"), 1000),
        ("batch_size", T("train.batch_size"), T("train.batch_size_help"), 10),
        ("learning_rate", T("train.learning_rate"), T("train.learning_rate_help"), 0.01),
        ("momentum", T("train.momentum"), T("train.momentum_help"), 0.1),
        ("weight_init_std", T("train.weight_init_std"), T("train.std_help"), 0.01),
        ("seed", T("train.seed"), T("train.seed_help"), 1),
    )
    choices = (
        ("schedule", T("train.schedule")),
        ("gradient", T("train.gradient")),
        ("source", T("train.source")),
    )
    names = option_names()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for key, label, words, step in numbers:
            st.number_input(
                label,
                step=step,
                format="%g" if isinstance(step, float) else None,
                key=key,
                help=words,
                persist_state="session",
                width=162,
            )
        for key, label in choices:
            st.selectbox(
                label,
                CHOICES[key],
                format_func=names.__getitem__,
                key=key,
                persist_state="session",
                width=216,
            )
        st.pills(
            T("train.augmentation"),
            AUGMENTATIONS,
            selection_mode="multi",
            format_func=names.__getitem__,
            key="augmentation",
            help=T("train.augmentation_help"),
            persist_state="session",
        )
        st.button(
            T("train.reset"),
            icon=":material/restart_alt:",
            on_click=set_recipe,
            args=(TrainingRun(),),
            key="reset",
        )
    wrong = [
        T("app.out_of_range", name=label, low=f"{LIMITS[key][0]:g}", high=f"{LIMITS[key][1]:,g}")
        for key, label, *_ in numbers
        if not in_range(key)
    ]
    if not wrong and (most := most_digits()) < st.session_state.batch_size:
        wrong.append(T("train.too_slow", most=count(most)))
    with place():
        if wrong:
            st.error(" ".join(wrong), icon=":material/error:")
    return entered()


def name_choices() -> None:
    """Have the fields of the recipe that are chosen from a list hold what is chosen, by its name.

    The browser sends the words of a choice; after a change of language they are those of another.
    """
    for key, options in CHOICES.items():
        words = {text(language, f"train.{o}"): o for language in LANGUAGES for o in options}
        st.session_state[key] = words.get(st.session_state[key], st.session_state[key])


def in_range(key: str) -> bool:
    """Return whether a field holds a number, and one that can be."""
    value, (low, high) = st.session_state[key], LIMITS[key]
    return value is not None and low <= value <= high


def entered() -> TrainingRun | None:
    """Return the recipe that the fields hold, or None if that cannot be."""
    if not all(in_range(key) for key in LIMITS):
        return None
    if most_digits() < st.session_state.batch_size:
        return None
    training, run = fields(TrainingConfig), fields(TrainingRun)
    state = st.session_state
    return TrainingRun(
        TrainingConfig(
            **{field.name: state[field.name] for field in training}
            | {"augmentation": tuple(state.augmentation)}
        ),
        **{field.name: state[field.name] for field in run if field.name != "training"},
    )


def most_digits() -> int:
    """Return the largest batch size that an iteration can be computed with in a second or so."""
    state = st.session_state
    config = TrainingConfig(gradient=state.gradient, augmentation=tuple(state.augmentation))
    return largest_batch(config, state.hidden_size)


def set_recipe(run: TrainingRun) -> None:
    """Fill the fields of the recipe."""
    flat = asdict(run)
    st.session_state.update(flat.pop("training") | flat)
    st.session_state.augmentation = list(run.training.augmentation)


def controls(run: TrainingRun | None, job: Job | None, shown: str) -> None:
    """Show the buttons that steer a training."""
    live = shown != "ended"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            T("train.train"),
            type="primary",
            icon=":material/play_arrow:",
            disabled=live or run is None,
            on_click=start,
            key="train",
        )
        if shown == "paused" and job.pace != "step":
            st.button(T("train.resume"), icon=":material/resume:", on_click=job.resume, key="hold")
        elif live and job.pace == "step":
            st.button(T("train.step"), icon=":material/step:", on_click=job.step, key="step")
        else:
            st.button(
                T("train.pause"),
                icon=":material/pause:",
                disabled=not live,
                on_click=job.pause if job else None,
                key="hold",
            )
        st.button(
            T("train.stop"),
            icon=":material/stop:",
            disabled=not live or job.stopping,
            on_click=job.stop if job else None,
            key="stop",
        )
        st.segmented_control(
            T("train.pace"),
            PACES,
            default=PACES[0],
            required=True,
            format_func={
                "full": T("train.pace_full"),
                "slow": T("train.pace_slow"),
                "step": T("train.pace_step"),
            }.__getitem__,
            key="pace",
            label_visibility="collapsed",
            on_change=set_pace,
            args=(job,),
            persist_state="session",
        )


def start() -> None:
    """Start a training, unless the visitor has one: a second click changes nothing."""
    name_choices()
    job, run = jobs().get(st.session_state.get("run")), entered()
    if run and (job is None or (job.ended and not job.is_new)):
        follow(jobs().start(run, pace=st.session_state.pace), "run")
        st.query_params["run"] = st.session_state.run


def set_pace(job: Job | None) -> None:
    """Have a training go on at the pace that was chosen."""
    if job:
        job.pace = st.session_state.pace


def progress(job: Job | None, run: TrainingRun | None, shown: str) -> None:
    """Show how far a training is; this part of the page runs again and again."""
    if job is None:
        st.progress(0.0, text=T("train.ready"))
        metrics([])
        curves([], "", run.training.iterations if run else TrainingConfig().iterations)
        pinned_digit(None)
        return
    if not job.ended:
        job.wait_for_records(timeout_s=REFRESH_S)
    records = list(job.records)
    st.progress(done(records) / job.work.training.iterations, text=status_text(job, records))
    with place():
        if job.error:
            show_error(job.error)
    metrics(records)
    with place():
        vanished(records)
    curves(records, job.id, job.work.training.iterations)
    pinned_digit(job)
    if buttons_for(job) != shown:
        st.rerun()  # The buttons are outside of the part that runs again and again.


def buttons_for(job: Job | None) -> str:
    """Return what the buttons depend on."""
    if job is None or job.ended:
        return "ended"
    return "paused" if job.status == "paused" else "live"


def done(records: list[Record]) -> int:
    """Return how many iterations are done."""
    return records[-1].iteration if records else 0


def status_text(job: Job, records: list[Record]) -> str:
    """Return what a training does now, in a line."""
    iterations, status = job.work.training.iterations, job.status
    left = iterations - done(records)
    elapsed_s = records[-1].elapsed_s if records else 0.0
    words = [T("train.at", done=count(done(records)), all=count(iterations))]
    if job.stopping:
        words.append(T("train.stopping"))
    elif waiting := why_waiting(job):
        words.append(waiting)
    elif status == "running" and not records and job.work.source == "openml":
        words.append(T("train.downloading"))
    elif status == "running" and not done(records):
        words.append(T("train.starting"))
    elif status == "running" and job.pace != "step":
        slow = job.pace == "slow"
        rate = SLOW_RECORDS / SLOW_PERIOD_S if slow else done(records) / elapsed_s
        words.append(T("train.rate", rate=count(round(rate))))
        words.append(T("train.left", time=duration(left / rate)))
    elif status == "paused":
        words.append(T("train.step_hint") if job.pace == "step" else T("train.paused"))
    elif status == "finished":
        words.append(T("train.finished", time=duration(elapsed_s)))
    elif status == "stopped":
        words.append(T("train.stopped", time=duration(elapsed_s)))
    if job.restarts:
        words.append(T("train.restarts", n=job.restarts))
    return " · ".join(words)


def show_error(error: Exception) -> None:
    """Say why a training failed, and what would help."""
    if isinstance(error, DataSourceError):
        words = T("train.no_source", error=quoted(error))
    elif isinstance(error, JobError):
        words = T("train.no_workers", error=quoted(error))
    else:
        words = T("train.failed", error=quoted(error))
    st.error(words, icon=":material/error:")


def metrics(records: list[Record]) -> None:
    """Show the three figures of a training."""
    figures = (
        (T("train.test_accuracy"), T("train.test_help"), last_percent(records, "test_accuracy")),
        (T("train.train_accuracy"), T("train.train_help"), last_percent(records, "train_accuracy")),
        (T("train.loss"), T("train.loss_help", n=SMOOTHED), mean_loss(records)),
    )
    with st.container(horizontal=True):
        for label, words, value in figures:
            st.metric(label, value, help=words, border=True, width=200)


def vanished(records: list[Record]) -> None:
    """Say so, where the gradient of a good part of the training set has vanished."""
    # Not of the first weights: a part of what they cannot tell may still be learned.
    values = (record.vanished for record in reversed(records) if record.iteration)
    share = next((v for v in values if v is not None), 0.0)
    if share >= VANISHED:
        st.warning(T("train.vanished", share=f"{share:.0%}"), icon=":material/trending_flat:")


def last_percent(records: list[Record], name: str) -> str:
    """Return the newest value of an accuracy, as it is shown."""
    values = (getattr(record, name) for record in reversed(records))
    value = next((v for v in values if v is not None), None)
    return "–" if value is None else f"{value:.2%}"


def mean_loss(records: list[Record]) -> str:
    """Return the mean of the newest losses, as it is shown."""
    losses = [record.loss for record in records[-SMOOTHED:]]
    return f"{sum(losses) / len(losses):.3f}" if losses else "–"


def curves(records: list[Record], revision: str, iterations: int) -> None:
    """Show the accuracies and the loss, as charts and as a table."""
    left, right = st.columns(2)
    table = st.expander(T("train.table"))
    if not records:
        coming = ((left, "accuracy", T("chart.accuracy")), (right, "loss", T("chart.loss")))
        for column, key, title in coming:
            with column:
                words = f"{title}\n{T('chart.empty')}"
                live_chart(None, key=key, alt=words, empty=words)
        table.write("–")
        return

    # Plotly is imported when there is something to draw with it.
    from pages.parts.charts import accuracy_figure, loss_figure, moving_average

    said = {
        "done": count(done(records)),
        "test": last_percent(records, "test_accuracy"),
        "train": last_percent(records, "train_accuracy"),
        "loss": mean_loss(records),
    }
    with left:
        live_chart(
            accuracy_figure(records, iterations, revision, T),
            key="accuracy",
            alt=T("train.accuracy_alt", **said),
        )
    with right:
        live_chart(
            loss_figure(records, iterations, revision, T, SMOOTHED),
            key="loss",
            alt=T("train.loss_alt", **said),
        )
    means = moving_average(np.array([record.loss for record in records]), SMOOTHED)
    evaluated, losses = [], []
    for record, mean in zip(records, means, strict=True):
        if record.train_accuracy is not None:
            evaluated.append(record)
            losses.append(float(mean))
    table.dataframe(
        {
            T("chart.iteration"): [record.iteration for record in evaluated],
            T("train.train_accuracy"): [record.train_accuracy for record in evaluated],
            T("train.test_accuracy"): [record.test_accuracy for record in evaluated],
            T("train.loss"): losses,
        },
        hide_index=True,
        column_config={
            T("train.train_accuracy"): st.column_config.NumberColumn(format="percent"),
            T("train.test_accuracy"): st.column_config.NumberColumn(format="percent"),
            T("train.loss"): st.column_config.NumberColumn(
                format="%.3f", help=T("train.loss_help", n=SMOOTHED)
            ),
        },
    )


def keep(job: Job) -> None:
    """Offer the trained network: to the other pages, as a file, and to everybody on this server."""
    net = SimpleNet.from_params(job.state.params)
    about = described(job.work, job.records)
    st.subheader(T("keep.title"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.page_link("pages/draw.py", label=T("keep.draw"), icon=":material/draw:")
        st.download_button(
            T("keep.download"),
            model_to_bytes(net, about),
            file_name="simplenet.safetensors",
            on_click="ignore",
            icon=":material/download:",
        )
    with (
        st.form("publish", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input(T("keep.name"), max_chars=40, help=T("keep.publish_help"), width=280)
        if st.form_submit_button(T("keep.publish"), icon=":material/public:"):
            publish(name, net, about)


def publish(name: str, net: SimpleNet, about: dict[str, object]) -> None:
    """Save a network in `models/`, or say why that cannot be."""
    try:
        path = MODELS / f"{check_model_name(name)}.safetensors"
    except ValueError:
        st.error(T("keep.bad_name"), icon=":material/error:")
        return
    try:
        save_model(path, net, about)
    except FileExistsError:
        st.error(T("keep.taken", name=quoted(path.stem)), icon=":material/error:")
    except OSError as error:
        st.error(T("keep.failed", error=quoted(error)), icon=":material/error:")
    else:
        st.success(T("keep.done", name=quoted(path.stem)), icon=":material/check:")


run_page(page)
