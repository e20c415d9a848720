"""Which network is looked into, and at which moment of its training; and what comes after."""

from __future__ import annotations

import streamlit as st

from pages.inspecting.look import Look
from pages.language import T
from pages.language.text import quoted
from pages.language.words import count
from pages.moments import chosen_snapshot, snapshots_of
from pages.networks import CLEAR, RUN, TUNED, choose_network, metadata, network
from pages.platform.place import place
from pages.session import current_run
from pages.state import DRAW_NETWORK, INSPECT_NETWORK, INSPECT_RUN, Place, Widget, moment_time
from pages.uploading import UPLOADED, bring
from simplenet.network import SimpleNet

NO_MOMENT = moment_time(0)
"""Takes the moment out of the address."""


def choose() -> Look | None:
    """Show the choice of a network and of a moment, and return it; None where there is none."""
    earlier = INSPECT_NETWORK.is_set()
    INSPECT_NETWORK.open(str)
    if is_new_run() and earlier:
        INSPECT_NETWORK.set(RUN)
    wanted = INSPECT_NETWORK.get()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choosing = st.container(width=420)
        moment = st.container(width=520)  # On a phone it has a row of its own.
        bring(INSPECT_NETWORK)
    with choosing:
        choice = choose_network(INSPECT_NETWORK, first=CLEAR)
    below = place()
    INSPECT_NETWORK.keep(choice)
    with place():
        if wanted not in (None, choice, RUN, TUNED, UPLOADED):
            words = T("network.broken", name=quoted(wanted))
            st.error(words, icon=":material/broken_image:")
        net = network(choice) if choice else None
    if choice is None or net is None:
        return None
    if choice == RUN:
        with moment:
            look = of_run(net)
        with below:
            stands_still(look)
        return look
    NO_MOMENT.keep(None)
    done = metadata(choice).get("iteration")
    iteration = done if isinstance(done, int) else 0
    with moment, st.container(key=Place.KNOWN_AT_ITS_END):
        words = T("inspect.kept", n=count(iteration)) if iteration else T("inspect.kept_end")
        st.caption(words, width="content")
    return Look(net, choice, iteration)


def is_new_run() -> bool:
    """Return whether the visitor has a training that this page has not offered yet."""
    job = current_run()
    if job is None or job.state is None or job.id == INSPECT_RUN.get():
        return False
    INSPECT_RUN.set(job.id)
    return True


def of_run(net: SimpleNet) -> Look:
    """Show the slider over the visitor's training, and return its network at that moment."""
    job = current_run()
    snapshots = snapshots_of(job) if job else []
    if job is None or not snapshots:
        return Look(net, RUN, 0)
    end = job.work.training.iterations
    iterations = [iteration for iteration, _ in snapshots]
    at = chosen_snapshot(
        iterations, end, job.ended, moment_time, help=T("inspect.moment_help", n=len(iterations))
    )
    iteration, params = snapshots[at]
    newest = at == len(snapshots) - 1
    return Look(SimpleNet.from_params(params), RUN, iteration, newest=newest)


def stands_still(look: Look) -> None:
    """Say at which moment a training is shown that goes on meanwhile, and offer a newer one."""
    job = current_run()
    if job is None or job.ended:
        return
    when = count(look.iteration)
    with st.container(horizontal=True, vertical_alignment="center"):
        words = T("pin.newest", iteration=when) if look.newest else T("pin.at", iteration=when)
        st.caption(words, width="content")
        st.button(T("inspect.newest"), icon=":material/refresh:", key=Widget.INSPECT_NEWEST)


def way_on(look: Look | None) -> None:
    """Lead on: to a training of one's own, or with a trained network to the canvas."""
    job = current_run()
    own = job is not None and job.state is not None
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(T("inspect.next_draw") if own else T("inspect.next_train"))
        if st.button(
            T("end.draw") if own else T("home.train_link"),
            type="primary",
            icon=":material/draw:" if own else ":material/model_training:",
            key=Widget.INSPECT_NEXT,
        ):
            if own and look:
                DRAW_NETWORK.set(look.choice)
            st.switch_page("pages/draw.py" if own else "pages/train.py")
