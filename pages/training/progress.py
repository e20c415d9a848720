"""How far a training is: its status, its figures, its curves."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.live_chart import live_chart
from pages.language import T
from pages.language.text import quoted
from pages.language.words import count, duration, why_waiting
from pages.session import TrainingJob
from pages.state import Chart
from simplenet.data import DataSourceError
from simplenet.jobs import JobError
from simplenet.jobs.job import SLOW_PERIOD_S, SLOW_RECORDS
from simplenet.training import Record

SMOOTHED = 50
"""Mini-batches that a loss is the mean of, where one number or one curve has to stand for them."""

VANISHED = 0.05
"""From what share of the training set without a slope on it is said. Networks that learn well stay
below a ten-thousandth; with a learning rate of 50 or first weights of 10 it is most of the set."""


def done(records: list[Record]) -> int:
    """Return how many iterations are done."""
    return records[-1].iteration if records else 0


def status_text(job: TrainingJob, records: list[Record]) -> str:
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
        coming = ((left, Chart.ACCURACY, T("chart.accuracy")), (right, Chart.LOSS, T("chart.loss")))
        for column, key, title in coming:
            with column:
                words = f"{title}\n{T('chart.empty')}"
                live_chart(None, key=key, alt=words, empty=words)
        table.write("–")
        return

    # Plotly is imported when there is something to draw with it.
    from pages.figures.training import accuracy_figure, loss_figure, moving_average

    said = {
        "done": count(done(records)),
        "test": last_percent(records, "test_accuracy"),
        "train": last_percent(records, "train_accuracy"),
        "loss": mean_loss(records),
    }
    with left:
        live_chart(
            accuracy_figure(records, iterations, revision, T),
            key=Chart.ACCURACY,
            alt=T("train.accuracy_alt", **said),
        )
    with right:
        live_chart(
            loss_figure(records, iterations, revision, T, SMOOTHED),
            key=Chart.LOSS,
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
