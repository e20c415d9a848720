"""The networks that a page can use: the visitor's own, and those in `models/`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from pages.components.network_view import Exciting
from pages.language import T
from pages.language.text import quoted
from pages.language.words import count
from pages.platform.incoming import real
from pages.session import current_run, current_tuned, found, network_of
from pages.state import RUN_ID, TUNED_ID, Value
from pages.uploading import UPLOADED, answers, uploaded
from simplenet import places
from simplenet.data import loaded
from simplenet.network import SimpleNet
from simplenet.runs import TrainingRun, described
from simplenet.storage import ModelFileError, SavedModel, list_models, load_model
from simplenet.study.units import most_exciting
from simplenet.training import TrainingConfig

if TYPE_CHECKING:
    from simplenet.study.exam import Exam

MODELS = places.models()

RUN, TUNED, FRESH = ":run", ":tuned", ":fresh"  # No file that is offered has such a name.
BEST = "robust"
"""The one of the networks in `models/` that reads best."""

CLEAR = "robust-50"
"""The one to look at: fifty units are few enough to see each."""

SAVED_BY = "saved_by"
"""What the file of a network calls the fingerprint of whoever saved it here: nobody is told."""

MOST_EXCITING = 16
"""Test digits that are shown of a hidden unit."""


def choose_network(
    chosen: Value[str | None], *, fresh: bool = False, first: str = BEST
) -> str | None:
    """Show the choice of a network, and return it; `network` makes it a network.

    Parameters
    ----------
    chosen : Value
        Of the page: what was chosen there.
    fresh : bool
        Whether a network that has learned nothing is offered, too.
    first : str
        The one of the networks in `models/` that comes first.
    """
    run, tuned = current_run(), current_tuned()
    names = [path.stem for path in list_models(MODELS) if not path.stem.startswith(":")]
    choices = sorted(names, key=lambda name: name != first)
    if fresh:
        choices.insert(0, FRESH)
    if run and run.state:
        choices.insert(0, RUN)
    if tuned:
        choices.insert(0, TUNED)
    if uploaded():
        choices.insert(0, UPLOADED)
    if not choices:
        st.info(T("network.none"), icon=":material/model_training:")
        return None

    named = {
        RUN: T("network.run") if run and run.ended else T("network.live_run"),
        TUNED: T("network.tuned"),
        FRESH: T("network.fresh"),
        UPLOADED: T("network.uploaded"),
    }
    words = {choice: named.get(choice) or what_it_is(choice) for choice in choices}
    if chosen.get() in choices:
        chosen.set(chosen.get())  # The browser shows it in the words of another language, else.
    else:
        chosen.clear()
    return st.selectbox(
        T("network.label"),
        choices,
        format_func=words.__getitem__,
        key=chosen.name,
        persist_state="session",
    )


def network(choice: str, seed: int = 0, *, say: bool = True) -> SimpleNet | None:
    """Return the network of a choice as it is now; where it cannot be had, None, and say so."""
    if choice == FRESH:
        return TrainingRun(TrainingConfig(seed=seed)).new_network()
    if choice == UPLOADED:
        brought = uploaded()
        return SimpleNet.from_params(brought.net.params) if brought else None
    if choice in (RUN, TUNED):
        job = found(RUN_ID if choice == RUN else TUNED_ID)
        if job is None or job.state is None:
            return None
        params = network_of(job).params if choice == RUN else job.state.params
        return SimpleNet.from_params(params)
    saved = saved_model(choice)
    if saved is None and say:
        st.error(T("network.broken", name=quoted(choice)), icon=":material/broken_image:")
    return saved.net if saved else None


def exciting(net: SimpleNet) -> Callable[[int], Exciting]:
    """Return what finds the test digits that excite a hidden unit of a network most."""

    def find(unit: int) -> Exciting:
        data = loaded("bundled")
        rows = most_exciting(net, data.pixels_test, unit, MOST_EXCITING)
        return Exciting(data.pixels_test[rows], data.t_test[rows].argmax(axis=1))

    return find


def metadata(choice: str) -> dict[str, Any]:
    """Return what is known of a network: its recipe, its history."""
    if choice == RUN:
        job = found(RUN_ID)
        if job is None or not job.records or not job.state:
            return {}
        return described(job.work, job.records, network_of(job).record)
    if choice == UPLOADED:
        brought = uploaded()
        return brought.metadata if brought else {}
    saved = None if choice in (TUNED, FRESH) else saved_model(choice)
    known = saved.metadata if saved else {}
    return {name: value for name, value in known.items() if name != SAVED_BY}


def saved_model(name: str) -> SavedModel | None:
    """Return a network in `models/`, or None if it cannot be read, or cannot read digits."""
    path = MODELS / f"{name}.safetensors"
    try:
        model = _read(path, path.stat().st_mtime_ns)
    except (OSError, ModelFileError):
        return None
    of_digits = (model.net.input_size, model.net.output_size) == (784, 10)
    return model if of_digits and answers(model.net) else None


def what_it_is(name: str) -> str:
    """Return the name of a network in `models/` with what it is, as far as its file tells.

    Anybody may write a file: nothing of it is shown but numbers, and words of ours.
    """
    path = MODELS / f"{name}.safetensors"
    try:
        known = _about(path, path.stat().st_mtime_ns)
    except (OSError, ModelFileError):
        return name
    parts = [T("network.units", units=count(known.units))]
    if known.varied:
        parts.append(T("network.varied"))
    if known.accuracy is not None:
        parts.insert(0, f"{known.accuracy:.1%}")
    return T("network.named", name=name, what=T("network.and").join(parts))


def saved_by(path: Path) -> str | None:
    """Return the fingerprint of whoever saved a network here; None if nobody did."""
    try:
        return _about(path, path.stat().st_mtime_ns).saved_by
    except (OSError, ModelFileError):
        return None


class About(NamedTuple):
    """What the file of a network tells of it.

    Parameters
    ----------
    units : int
        Hidden units.
    accuracy : float or None
        On MNIST's test set, in [0, 1]; None where the file does not say it.
    varied : bool
        Whether it was trained on varied digits.
    saved_by : str or None
        The fingerprint of whoever saved it here.
    """

    units: int
    accuracy: float | None
    varied: bool
    saved_by: str | None


@st.cache_data(show_spinner=False, max_entries=500)
def _about(path: Path, changed_ns: int) -> About:
    """Read what a file tells of its network, once for as long as it does not change."""
    saved = load_model(path)
    accuracy = real(saved.metadata.get("test_accuracy"), 0, 1)
    recipe = saved.metadata.get("recipe")
    training = recipe.get("training") if isinstance(recipe, dict) else None
    varied = bool(training.get("augmentation")) if isinstance(training, dict) else False
    by = saved.metadata.get(SAVED_BY)
    return About(saved.net.hidden_size, accuracy, varied, by if isinstance(by, str) else None)


@st.cache_resource(show_spinner=False, max_entries=20)
def _read(path: Path, changed_ns: int) -> SavedModel:
    """Read a network once for as long as its file does not change."""
    return load_model(path)


def exam(net: SimpleNet) -> Exam:
    """Return how a network does on MNIST's test set; the answer is kept for the next time."""
    return _examined(b"".join(value.tobytes() for value in net.params.values()), net)


@st.cache_resource(show_spinner=False, max_entries=50)
def _examined(content: bytes, _net: SimpleNet) -> Exam:
    """Examine a network once for as long as its parameters do not change."""
    from simplenet.study.exam import examine

    data = loaded("bundled")
    return examine(_net, data.pixels_test, data.t_test)
