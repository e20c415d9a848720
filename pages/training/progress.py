"""How far a training is: its status, its figures, its curves."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.live_chart import live_chart
from pages.figures.training import accuracy_figure, loss_figure, thinned
from pages.language import T
from pages.language.text import quoted
from pages.language.words import count, duration, why_waiting
from pages.newest import Newest, newest
from pages.platform.choice import choose_one
from pages.platform.place import place
from pages.session import TrainingJob
from pages.state import SCALE, Chart, Place, Scale, Widget
from pages.training.behind import behind, short_name, told
from pages.training.further import earlier
from pages.training.naming import epoch, recipe_name
from pages.twenty import count_right, twenty
from simplenet.data import DataSourceError
from simplenet.jobs import JobError
from simplenet.jobs.job import SLOW_PERIOD_S, SLOW_RECORDS
from simplenet.network import SimpleNet
from simplenet.runs import TrainingRun
from simplenet.training import SMOOTHED, History, early_end, moving_average

VANISHED = 0.05
"""The share of the training set without a slope from which on the page mentions it. Networks that
learn well stay below 0.0001; with a learning rate of 50 or first weights of 10 it is most of it."""


HEIGHT = 152
"""Height of a curve beside the network, in pixels."""


MOST_ROWS = 100
"""Rows of the table. Of more evaluations, an even choice is shown, with the newest among them."""


def done(history: History, run: TrainingRun) -> int:
    """Return how many iterations of a recipe are done, those that it goes on from included."""
    return history[-1].iteration if history else run.begins_at


def status_text(job: TrainingJob, history: History) -> str:
    """Return of which recipe a training is, and what it does now, in a line."""
    iterations, status = job.work.training.iterations, job.status
    at = done(history, job.work)
    left = iterations - at
    elapsed_s = history[-1].elapsed_s if history else 0.0
    words = [
        recipe_name(job.work),
        T("train.at", done=count(at), all=count(iterations)),
    ]
    if job.stopping:
        words.append(T("train.stopping"))
    elif waiting := why_waiting(job):
        words.append(waiting)
    elif status == "running" and not history and job.work.source == "openml":
        words.append(T("train.downloading"))
    elif status == "running" and not (history and at):
        words.append(T("train.starting"))
    elif status == "running" and job.pace != "step":
        slow = job.pace == "slow"
        rate = SLOW_RECORDS / SLOW_PERIOD_S if slow else at / elapsed_s
        words.append(T("train.rate", rate=count(round(rate))))
        words.append(T("train.left", time=duration(left / rate)))
    elif status == "paused":
        words.append(T("train.step_hint") if job.pace == "step" else T("train.paused"))
    elif status in ("finished", "stopped"):
        words += how_it_ended(job, history)
    if job.unkept:
        words.append(T("train.unkept", error=quoted(job.unkept)))
    if job.restarts:
        words.append(T("train.restarts", n=job.restarts))
    return " · ".join(words)


def how_it_ended(job: TrainingJob, history: History) -> list[str]:
    """Return how a training ended that has not failed, and which weights it keeps."""
    config, last = job.work.training, done(history, job.work)
    best = job.state.best if job.state else None
    time = duration(history[-1].elapsed_s if history else 0.0)
    early = (
        early_end(config, best) if job.status == "finished" and last < config.iterations else None
    )
    at = epoch(last, job.work)
    if early == "target":
        words = [T("train.ended_target", epoch=at, time=time, target=f"{config.target_accuracy:g}")]
    elif best and early == "patience":
        since = epoch(best.record.iteration, job.work)
        return [T("train.ended_patience", epoch=at, time=time, best=since)]
    elif job.status == "finished":
        words = [T("train.finished", time=time)]
    else:
        words = [T("train.stopped", time=time)]
    if best and best.record.iteration < last:
        words.append(T("train.kept_best", epoch=epoch(best.record.iteration, job.work)))
    return words


def reads(net: SimpleNet, job: TrainingJob | None) -> None:
    """Say how many of the twenty digits a network reads, and how many before its training.

    It always stands there, so that the end of a training moves nothing.
    """
    right = count_right(net)
    with st.container(key=Place.MOMENT if job and job.ended else Place.READS):
        if job is None:
            words = T("twenty.unlearned", right=right, all=len(twenty().x))
        else:
            words = T(
                "twenty.reads", now=right, all=len(twenty().x), before=read_before(job.id, job)
            )
        st.markdown(words)


@st.cache_resource(show_spinner=False, max_entries=1_000)
def read_before(job_id: str, _job: TrainingJob) -> int:
    """Return how many of the twenty digits a network read before its training."""
    return count_right(_job.work.new_network())


def show_error(error: Exception) -> None:
    """Say why a training failed, and what would help."""
    if isinstance(error, DataSourceError):
        words = T("train.no_source", error=quoted(error))
    elif isinstance(error, JobError):
        words = T("train.no_workers", error=quoted(error))
    else:
        words = T("train.failed", error=quoted(error))
    st.error(words, icon=":material/error:")


def is_apart(job: TrainingJob | None) -> bool:
    """Return whether the test set is evaluated by itself now, many times in an epoch."""
    return job is not None and not job.ended and job.pace != "full"


def metrics(history: History, job: TrainingJob | None) -> None:
    """Show the three figures of a training; the accuracies are of its best, where it keeps that.

    Where they are of two iterations, it says of which.
    """
    best = job.state.best if job and job.ended and job.state else None
    apart = is_apart(job)
    found = newest(history, apart)
    if best:
        test, train = f"{best.record.test_accuracy:.2%}", f"{best.record.train_accuracy:.2%}"
    else:
        test, train = percent(found.test), percent(found.train)
    figures = (
        (T("train.test_accuracy"), T("train.test_help"), test, found.test),
        (T("train.train_accuracy"), T("train.train_help"), train, found.train),
        (T("train.loss"), T("train.loss_help", n=SMOOTHED), mean_loss(history), None),
    )
    with st.container(horizontal=True):
        for label, words, value, of in figures:
            st.metric(
                label,
                value,
                T("train.of_iteration", n=count(of[0])) if apart and of else None,
                "off",
                delta_arrow="off",
                help=words,
                width="content",
            )


def vanished(history: History) -> None:
    """Say so, where the gradient of a good part of the training set has vanished."""
    # Not of the first weights: a part of what they cannot tell may still be learned.
    known = history.evaluations
    shares = known["vanished"][(known["iteration"] > 0) & ~np.isnan(known["vanished"])]
    share = shares[-1] if len(shares) else 0.0
    if share >= VANISHED:
        st.warning(T("train.vanished", share=f"{share:.0%}"), icon=":material/trending_flat:")


def percent(found: tuple[int, float] | None) -> str:
    """Return an accuracy of an iteration, as it is shown."""
    return f"{found[1]:.2%}" if found else "–"


def accuracy_words(found: Newest, at: int) -> str:
    """Return the newest accuracies in words, for who does not see their chart."""
    test, train = percent(found.test), percent(found.train)
    if found.test and found.train and found.gap is None:
        times = {"tested": count(found.test[0]), "trained": count(found.train[0])}
        return T("train.accuracy_alt_apart", test=test, train=train, **times)
    done = count(found.test[0] if found.test else at)
    return T("train.accuracy_alt", done=done, test=test, train=train)


def mean_loss(history: History) -> str:
    """Return the mean of the newest losses, as it is shown."""
    return f"{history.losses[-SMOOTHED:].mean():.3f}" if history else "–"


def curves(history: History, job: TrainingJob | None, run: TrainingRun) -> None:
    """Show the accuracies, or the errors, and the loss of a training of a recipe as charts."""
    scale, before, first = choose_scale(), behind(job), earlier(job)
    if not job or not (history or before or first):
        for key, title in ((Chart.ACCURACY, scales()[scale]), (Chart.LOSS, T("chart.loss"))):
            words = f"{title}\n{T('chart.empty')}"
            live_chart(None, key=key, alt=words, empty=words, height=HEIGHT)
        place()
        return

    last = done(history, run)
    found = newest(history, is_apart(job))
    iterations = run.training.iterations
    named = short_name(before, run) if before else ""
    live_chart(
        accuracy_figure(
            history,
            iterations,
            job.id,
            T,
            scale,
            before,
            named,
            target=run.training.target_accuracy,
            best=job.state.best.record if job.state and job.state.best else None,
            earlier=first,
            newest=found,
        ),
        key=Chart.ACCURACY,
        alt=accuracy_words(found, last),
        height=HEIGHT,
    )
    live_chart(
        loss_figure(history, iterations, job.id, T, before, named, first),
        key=Chart.LOSS,
        alt=T("train.loss_alt", done=count(last), loss=mean_loss(history)),
        height=HEIGHT,
    )
    with place():
        if before:
            told(before, run)


def scales() -> dict[Scale, str]:
    """Return what the chart of the accuracies can show, and what that is called."""
    return {"accuracy": T("chart.accuracy"), "error": T("chart.error")}


def choose_scale() -> Scale:
    """Show the choice between accuracy and error, and return it; the address keeps it."""
    with st.container(key=Place.SCALE):
        return choose_one(SCALE, T("chart.scale"), scales(), labelled=False)


def table(history: History) -> None:
    """Show the evaluations as numbers, while somebody has unfolded them."""
    folded = st.expander(T("train.table"), on_change="rerun", key=Widget.TABLE)
    if not folded.open:
        return
    if not history:
        folded.write("–")
        return
    known = history.evaluations
    there = np.flatnonzero(~np.isnan(known["train_accuracy"]))
    rows = there[thinned(len(there), MOST_ROWS)]
    at = known["iteration"][rows]
    folded.dataframe(
        {
            T("chart.iteration"): at,
            T("train.train_accuracy"): known["train_accuracy"][rows],
            T("train.test_accuracy"): known["test_accuracy"][rows],
            T("train.loss"): moving_average(history.losses, SMOOTHED, at - history.first),
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
    if len(rows) < len(there):
        some = T("train.table_some", shown=count(len(rows)), all=count(len(there)))
        folded.caption(some)
