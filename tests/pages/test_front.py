"""The document that a browser gets first."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from streamlit import config

import pages
from pages import session
from pages.glossary import served
from pages.language.text import catalogue
from pages.platform import early
from pages.platform.early import MODULES
from pages.platform.front import EARLY, answer, routes
from simplenet.jobs import LedgerError
from simplenet.jobs.ledger import Wishes
from simplenet.runs import TrainingRun
from simplenet.runs.store import Store
from simplenet.runs.store.opening import in_memory
from tests.browser.test_every_page import PAGES


def shown(text):
    """Return the words that are there before any script has run."""
    return re.search(r'<div id="coming".*?</div></div>|<div id="coming".*?</div>', text, re.S)[0]


@pytest.mark.parametrize("name", list(PAGES))
def test_each_page_says_its_title_at_once_in_the_language_of_the_browser(name):
    assert f"/{name}" in [route.path for route in routes()]
    for accepted, title in zip(("en-US,en;q=0.9", "zh-CN,zh;q=0.9"), PAGES[name], strict=True):
        text = answer(f"/{name}", "", accepted)
        assert f"<h1>{title}</h1>" in shown(text)
        assert f"<title>{title}</title>" in text
        assert f'<html lang="{"zh-CN" if title == PAGES[name][1] else "en"}">' in text
        assert "{" not in shown(text)


def test_a_link_says_its_language_and_one_that_is_not_there_is_the_browsers():
    assert "训练" in shown(answer("/train", "language=zh", "en"))
    assert "Train" in shown(answer("/train", "language=en", "zh-CN"))
    assert "Train" in shown(answer("/train", "language=%3Cscript%3E", "en"))


def test_at_an_address_with_a_path_the_pages_and_the_words_are_below_it(monkeypatch):
    assert {"/", "/train"} <= {route.path for route in routes()}
    monkeypatch.setattr(config, "get_option", {"server.baseUrlPath": "/a/lab/"}.__getitem__)
    assert {"/a/lab/", "/a/lab/train"} <= {route.path for route in routes()}
    assert "/a/lab/glossary.en.json" in {route.path for route in served.routes()}
    assert "<h1>Train</h1>" in shown(answer("/a/lab/train", "", "en"))
    assert "<h1>SimpleNet Lab</h1>" in shown(answer("/a/lab/", "", "en"))


def test_the_first_page_says_what_it_will_show_and_where():
    text = shown(answer("/", "", "en-US"))
    assert "<strong>Draw a digit yourself.</strong>" in text
    assert catalogue("en")["home.intro"].split("**")[0].strip() in text
    assert 'class="sheet"' in text
    assert 'class="net"' in text
    assert 'class="sheet"' not in shown(answer("/draw", "", "en-US"))


def test_the_browser_is_told_of_the_files_that_every_page_has():
    text = answer("/", "", "en-US")
    for name in EARLY:
        assert re.search(rf'modulepreload" crossorigin href="./static/js/{name}\.[^"]+\.js"', text)
    files = re.findall(r'modulepreload" crossorigin href="([^"]+)"', text)
    assert len(files) == len(set(files))


def test_what_a_server_loads_early_is_what_its_first_page_imports():
    home = (Path(pages.__file__).parent / "home.py").read_text(encoding="utf-8")
    imported = set(re.findall(r"^\s+from ([\w.]+) import|^from ([\w.]+) import", home, re.M))
    names = {one or other for one, other in imported}
    wanted = {name for name in names if name.startswith(("pages.components", "simplenet.study"))}
    loaded = sorted({*MODULES, "pages.components.network_view"})  # Others import that.
    assert wanted <= set(loaded)
    assert all(find_spec(name) for name in loaded)


def test_a_server_goes_on_with_what_was_under_way_though_nobody_comes(monkeypatch, caplog):
    store, begun, away = Store(in_memory()), [], ["the database is away", "it still is"]

    def read():
        if away:
            raise LedgerError(away.pop(0))
        return store

    monkeypatch.setattr(session, "store", read)
    monkeypatch.setattr(session, "jobs", lambda: begun.append("jobs"))
    monkeypatch.setattr(early, "RETRY_S", 0)
    monkeypatch.delenv("SIMPLENET_STORE", raising=False)
    early.go_on()
    assert begun == []  # There is nothing to do: the first visitor has the cores.
    assert [record.message.split(":")[-1] for record in caplog.records] == [" the database is away"]
    store.add("run", "me", TrainingRun(), Wishes(held=True), "gone")
    early.go_on()
    assert begun == []
    store.wish("run", lambda wishes, _: Wishes())
    early.go_on()
    assert begun == ["jobs"]
    monkeypatch.setenv("SIMPLENET_STORE", "of several servers")
    store.delete(["run"], "me")
    early.go_on()
    assert begun == ["jobs", "jobs"]
