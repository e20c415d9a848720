"""The networks that a page can use: the visitor's own run, and those in `models/`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts.session import T, current_run, jobs
from simplenet.network import SimpleNet
from simplenet.runs import TrainingRun
from simplenet.storage import ModelFileError, list_models, load_model
from simplenet.training import TrainingConfig

MODELS = Path(__file__).parents[2] / "models"

RUN, FRESH = ":run", ":fresh"  # No file has such a name.


def choose_network(*, key: str, fresh: bool = False) -> str | None:
    """Show the choice of a network, and return what was chosen; `network` makes it a network."""
    run = current_run()
    choices = [path.stem for path in list_models(MODELS)]
    if fresh:
        choices.insert(0, FRESH)
    if run and run.state:
        choices.insert(0, RUN)
    if not choices:
        st.info(T("network.none"), icon=":material/model_training:")
        return None

    def name(choice: str) -> str:
        if choice == RUN:
            return T("network.run") if run and run.ended else T("network.live_run")
        return T("network.fresh") if choice == FRESH else choice

    if st.session_state.get(key) not in choices:
        st.session_state.pop(key, None)
    return st.selectbox(
        T("network.label"), choices, format_func=name, key=key, persist_state="session"
    )


def network(choice: str, seed: int = 0) -> SimpleNet | None:
    """Return the network of a choice as it is now; where it cannot be had, say so."""
    if choice == FRESH:
        return TrainingRun(TrainingConfig(seed=seed)).new_network()
    if choice == RUN:
        run = jobs().get(st.session_state.get("run"))
        return SimpleNet.from_params(run.state.params) if run and run.state else None
    try:
        net = load_model(MODELS / f"{choice}.safetensors").net
    except (OSError, ModelFileError):
        net = None
    if net is None or (net.input_size, net.output_size) != (784, 10):
        st.error(T("network.broken", name=choice), icon=":material/broken_image:")
        return None
    return net
