"""Networks that visitors save on the server: bounded, and theirs to delete, without a browser."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages import networks, publishing
from simplenet.network import SimpleNet
from simplenet.storage import load_model, save_model
from tests.pages.conftest import opened

NET = SimpleNet(784, 2, 10, rng=np.random.default_rng(0))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(networks, "MODELS", tmp_path)
    save_model(tmp_path / "shipped.safetensors", NET)
    return tmp_path


def names(folder):
    return sorted(path.stem for path in folder.iterdir())


def save_as(folder, visitor, name):
    by = sha256(visitor.encode()).hexdigest()
    save_model(folder / f"{name}.safetensors", NET, {networks.SAVED_BY: by, "note": name})


def saving():
    """Save a network of the name that the session holds."""
    import streamlit as st

    from pages.publishing import publish, published
    from tests.pages.test_publishing import NET

    if "new_network" in st.session_state:
        publish(NET, {})
        published()


def said(visitor, name):
    """Return what somebody is told who saves a network of a name."""
    app = AppTest.from_function(saving)
    app.session_state["visitor"], app.session_state["new_network"] = visitor, name
    app.run()
    assert not app.exception
    (alert,) = [*app.error, *app.success]
    return alert.value


def test_a_visitor_and_a_server_have_so_many_networks(folder, monkeypatch):
    monkeypatch.setattr(publishing, "MOST_OWN", 2)
    monkeypatch.setattr(publishing, "MOST_ALL", 4)
    assert "You can delete it on My runs" in said("me", "a")
    assert "Saved" in said("me", "b")
    assert "Saved" in said("me", "b")  # A double click on the last one.
    assert "You have saved 2 networks" in said("me", "c")
    assert "Saved" in said("you", "c")
    assert "as many saved networks as it may" in said("they", "d")
    assert names(folder) == ["a", "b", "c", "shipped"]
    assert "me" not in load_model(folder / "a.safetensors").metadata.values()
    monkeypatch.setattr(publishing, "MOST_ALL", 100)
    monkeypatch.setattr(publishing, "MOST_BYTES", 10)
    assert "as many saved networks as it may" in said("they", "d")


def test_whoever_saved_a_network_deletes_it_and_puts_it_back(app, folder):
    opened(app, "runs")
    assert not any(box.key == "own_network" for box in app.selectbox)  # There is none yet.
    me = app.session_state["visitor"]
    save_as(folder, me, "mine"), save_as(folder, me, "also"), save_as(folder, "you", "theirs")
    app.run()
    assert app.selectbox(key="own_network").options == ["also", "mine"]
    app.selectbox(key="own_network").set_value("mine").run()
    app.button(key="network_delete").click().run()
    assert not app.exception
    assert names(folder) == ["also", "shipped", "theirs"]
    assert any("is deleted, for everybody" in text.value for text in app.markdown)
    app.button(key="network_undo").click().run()
    assert names(folder) == ["also", "mine", "shipped", "theirs"]
    assert load_model(folder / "mine.safetensors").metadata["note"] == "mine"
    assert not any(button.key == "network_undo" for button in app.button)


def test_a_name_that_is_taken_meanwhile_stays_with_its_new_owner(app, folder):
    opened(app, "runs")
    save_as(folder, app.session_state["visitor"], "mine")
    app.run()
    app.button(key="network_delete").click().run()
    save_as(folder, "you", "mine")
    app.button(key="network_undo").click().run()
    assert not app.exception
    assert "already" in app.toast[0].value
    assert networks.saved_by(folder / "mine.safetensors") == sha256(b"you").hexdigest()


def test_nobody_deletes_what_is_somebody_elses(app, folder):
    opened(app, "runs")
    save_as(folder, app.session_state["visitor"], "mine")
    app.run()
    (folder / "mine.safetensors").unlink()
    save_as(folder, "you", "mine")  # Between the page and the click.
    app.button(key="network_delete").click().run()
    assert not app.exception
    assert "mine" in names(folder)


def test_whose_a_network_is_goes_into_no_file_that_is_taken_along(folder):
    save_as(folder, "me", "mine")
    assert networks.metadata("mine") == {"note": "mine"}
