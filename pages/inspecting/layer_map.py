"""The hidden layer as a map of digits: those that it finds alike lie close to each other."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.mosaic import mosaic
from pages.components.scatter import scatter, scatter_digits, sheet_of
from pages.figures.training import TEN_COLOURS
from pages.following import again_and_again, phase, start, start_and_stop
from pages.inspecting.look import Look, tested
from pages.inspecting.scope import under_the_microscope
from pages.language import T
from pages.language.text import quoted
from pages.language.words import count, duration, why_waiting
from pages.platform.choice import choose_one
from pages.platform.place import place
from pages.session import MappingJob, current_mapping
from pages.state import INSPECT_DIGIT, MAP_WAY, MAPPING_ID, Component, Widget
from simplenet.data import loaded
from simplenet.network import SimpleNet
from simplenet.runs.mapping import DIGITS, Mapping, activations
from simplenet.study.layer_map import LayerMap, neighbours_agree, principal_map


def layer_map(look: Look) -> None:
    """Show the part: the map, and beside it what it is, and the digit that is chosen on it."""
    job = current_mapping()
    mine = job if job and job.work.identity == look.identity else None
    left, right = st.columns([7, 4], gap="medium")
    with right:
        st.markdown(T("map.intro", n=count(DIGITS), units=count(look.net.hidden_size)))
        names = {"pca": T("map.pca"), "tsne": T("map.tsne")}
        way = choose_one(
            MAP_WAY, T("map.way"), names, help=T("map.way_help"), on_change=lambda: arrange(look)
        )
        with place():
            if way == "tsne" and not arranged(mine):
                start_and_stop(
                    (Widget.MAP_START, Widget.MAP_STOP),
                    T("map.start"),
                    ":material/bubble_chart:",
                    lambda: arrange(look),
                    job,
                    primary=False,
                )
        with place():
            if way == "tsne":
                again_and_again(lambda: progress(job, look.identity), phase(job), job)
    picture(look, mine, way, left, right)


def arrange(look: Look) -> None:
    """Start to arrange the digits by their neighbours, where that was chosen and is not done."""
    job = current_mapping()
    mine = job if job and job.work.identity == look.identity else None
    if MAP_WAY.get() == "tsne" and not arranged(mine):
        start({MAPPING_ID: Mapping(look.net.params, look.identity)})


def arranged(job: MappingJob | None) -> LayerMap | None:
    """Return the map that a job has made, if it has."""
    done = job.records[-1] if job and job.records else None
    return done.map if done and done.phase == "arranged" else None


def progress(job: MappingJob | None, identity: str) -> None:
    """Show which phase of its arrangement the map of a network is in."""
    if job is None or job.work.identity != identity:
        busy = job is not None and not job.ended
        st.progress(0.0, text=T("map.other") if busy else T("map.ready"))
    elif job.error:
        st.error(T("map.failed", error=quoted(job.error)), icon=":material/error:")
    elif arranged(job):
        seconds = sum(record.elapsed_s for record in job.records)
        st.progress(1.0, text=T("map.done", time=duration(seconds)))
    elif job.ended:
        st.progress(0.0, text=T("map.stopped"))
    elif waiting := why_waiting(job):
        st.progress(0.0, text=waiting)
    elif job.records:
        st.progress(0.4, text=T("map.arranging"))
    else:
        st.progress(0.1, text=T("map.reading"))


def picture(
    look: Look, job: MappingJob | None, way: str, left: DeltaGenerator, right: DeltaGenerator
) -> None:
    """Show the map, and how the digit that is chosen on it is read."""
    made = arranged(job) if way == "tsne" else None
    found = made or projected(look.identity, look.net)
    y, labels = tested(look)
    labels, read = labels[:DIGITS], y[:DIGITS].argmax(axis=1)
    agree = f"{neighbours_agree(found.places, labels):.0%}"
    row = INSPECT_DIGIT.get()
    if found.kept is None:
        words = T("map.tsne_words", agree=agree)
    else:
        words = T("map.pca_words", kept=f"{found.kept:.0%}", agree=agree)
    with left:
        scatter(
            found.places,
            labels,
            read,
            key=Component.MAP,
            digits=Component.MAP_DIGITS,
            colours=TEN_COLOURS,
            alt=T("map.alt", n=count(DIGITS)) + " " + words,
            point=T("map.point", i="{i}", label="{label}", read="{read}"),
            chosen=row if row < DIGITS else None,
            on_pick=INSPECT_DIGIT.set,
        )
        scatter_digits(sheet(), key=Component.MAP_DIGITS)
    with right:
        st.markdown(words, help=T("map.words_help"))
        mosaic(
            loaded("bundled").pixels_test[row].reshape(1, 28, 28) / 255,
            key=Component.MAP_DIGIT,
            alt=T("twenty.caption", digit=int(tested(look).labels[row])),
            signed=False,
            side=140,
            height=146,
        )
        under_the_microscope(look, Widget.MAP_SCOPE)


@st.cache_resource(show_spinner=False, max_entries=40)
def projected(identity: str, _net: SimpleNet) -> LayerMap:
    """Return the map of a network's hidden layer by principal components."""
    return principal_map(activations(_net.params))


@st.cache_resource(show_spinner=False)
def sheet() -> str:
    """Return the images of the digits of the map."""
    return sheet_of(loaded("bundled").pixels_test[:DIGITS])
