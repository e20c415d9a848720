"""Whatever file is brought to a page: it is taken, or a sentence says why not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from pages.state import BUNDLE_TAKEN, PHOTO, SET_TAKEN, Widget
from simplenet import SimpleNet
from simplenet.exports import exported
from tests.bad_input import any_json, as_text, bounded, examples, texts, without_traceback
from tests.data.test_bad_tables import KINDS as TABLES
from tests.exports.bad_networks import KINDS as NETWORKS
from tests.ink.test_bad_photos import KINDS as PHOTOS
from tests.pages.visiting import RUNS, keep_runs, visited
from tests.runs.test_bad_bundles import KINDS as BUNDLES

MOST_MB = 900

DIGITS = SimpleNet(784, 2, 10, 0.5, np.random.default_rng(0))


def with_metadata(about: object) -> bytes:
    """Return a network that reads digits, of which anything is told."""
    found = exported(DIGITS, "json", {})
    return found.replace(b'"metadata": {}', b'"metadata": ' + as_text(about).encode())


METADATA = some.fixed_dictionaries(
    {},
    optional={
        "iteration": any_json,
        "test_accuracy": any_json,
        "history": any_json,
        "recipe": any_json
        | some.fixed_dictionaries({}, optional={"training": any_json, "then": any_json}),
    },
)

ENTRIES = {
    Widget.PHOTO: ("draw", PHOTOS, "a.png"),
    Widget.SET_FILE: ("draw", TABLES, "a.csv"),
    Widget.NETWORK_FILE: ("draw", NETWORKS, "a.onnx"),
    Widget.BUNDLE_FILE: ("runs", BUNDLES, "a.zip"),
}
"""Where a file is brought, what bad ones there are, and how it has to end."""


@pytest.fixture(scope="module", autouse=True)
def runs(workers):
    keep_runs()


def brought(page, key, name, content):
    """Return a page to which a file was brought."""
    app = visited((page, {}))
    app.file_uploader(key=key).set_value((name, content, "")).run()
    assert not app.exception
    return app


def is_taken(app, key):
    """Return whether a page has taken the last file that was brought to it."""
    if key == Widget.PHOTO:
        return app.session_state[PHOTO.name].refusal is None
    if key == Widget.NETWORK_FILE:
        return bool(app.success)
    return {Widget.SET_FILE: SET_TAKEN, Widget.BUNDLE_FILE: BUNDLE_TAKEN}[key].name in (
        app.session_state
    )


@pytest.mark.slow
@pytest.mark.parametrize("key", ENTRIES)
@examples(3)
@given(
    data=some.data(),
    language=some.sampled_from(["en", "zh"]),
    name=texts.filter(lambda name: "\0" not in name),  # Streamlit does not hear of such a file.
)
def test_bad_file(key, data, language, name):
    page, kinds, end = ENTRIES[key]
    content = data.draw(some.sampled_from(sorted(kinds)).flatmap(kinds.__getitem__))
    with bounded(MOST_MB, 60), without_traceback():
        app = visited((page, {}), language=language)
        told = len(app.error) + len(app.warning)
        app.file_uploader(key=key).set_value((name + end, content, "")).run()
        assert not app.exception
        assert is_taken(app, key) or len(app.error) + len(app.warning) > told


@examples(3)
@given(about=METADATA, view=some.sampled_from(["draw", "inspect", "gradients", "home"]))
@example(about={"iteration": 10**400, "recipe": {"training": {"seed": 10**400}}}, view="inspect")
@example(about={"iteration": True, "recipe": {"training": "\ud800"}}, view="draw")
def test_bad_metadata_of_a_network(about, view):
    with without_traceback():
        app = brought("draw", Widget.NETWORK_FILE, "a.json", with_metadata(about))
        assert app.success
        app.switch_page(f"pages/{view}.py").run()
        assert not app.exception
        app.query_params["network"] = ":file"
        app.run()
        assert not app.exception


@examples(4)
@given(data=some.data())
def test_bad_bundle_that_is_taken_can_be_shown(data):
    kind = data.draw(some.sampled_from(sorted(name for name in BUNDLES if "numbers" in name)))
    with without_traceback():
        app = brought("runs", Widget.BUNDLE_FILE, "a.zip", data.draw(BUNDLES[kind]))
        if not is_taken(app, Widget.BUNDLE_FILE):
            assert app.error
            return
        from pages.session import store

        me = app.session_state["visitor"]
        run = store().runs_of(me)[0].id
        for view in (("train", {"run": run}), ("runs", {"compare": f"{run},{RUNS[0]}"})):
            shown = visited(view)
            assert not shown.exception
        store().delete([run], me)
