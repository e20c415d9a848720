"""The app in a real browser: a server of its own, in a copy of the project, and Chromium."""

from __future__ import annotations

import os
from collections import defaultdict

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.served import WAIT_S, chromium, chromium_path, lives, running
from tests.browser.steps import button

WIDE = {"width": 1280, "height": 900}

STOP = """[...document.querySelectorAll("[data-testid=stMain] button:enabled")]
    .filter(button => button.innerText.trim().endsWith("Stop"))
    .forEach(button => button.click())"""

expect.set_options(timeout=1000 * WAIT_S)


@pytest.fixture(scope="session")
def server(browser, tmp_path_factory):
    """A server that has had visitors."""
    with running(tmp_path_factory.mktemp("app")) as server:
        yield server


@pytest.fixture
def cold_server(browser, tmp_path):
    """A server that nobody has visited yet."""
    with running(tmp_path) as server:
        yield server


@pytest.fixture(scope="session")
def browser():
    if chromium_path() is None:
        words = "no browser: install Debian's chromium to run the browser tests"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tabs(browser):
    """Browser profiles with an open tab that no test uses now, by their options.

    They are used again because they hold the app's files, read and compiled: so a page opens in
    about half of the time.
    """
    return defaultdict(list)


@pytest.fixture
def visit(browser: Browser, tabs):
    """Return a function that opens an address as a new visitor.

    No visit may show a traceback or break a script of the page, none may ask another machine for
    anything, and none may do what the server's policy forbids to a page.
    """
    used, pages, foreign, broken = [], [], [], []

    def on_request(request):
        if request.url.startswith("http") and "//127.0.0.1:" not in request.url:
            foreign.append(request.url)

    def on_error(error):
        broken.append(error.stack or str(error))

    def on_message(message):
        if "Content Security Policy" in message.text:
            broken.append(message.text)

    def open_page(
        url: str, *, context=None, viewport=WIDE, color_scheme="light", **options
    ) -> Page:
        if context is None:
            free = tabs[tuple(options.items())]
            page = free.pop() if free else browser.new_context(**options).new_page()
            page.context.set_default_timeout(1000 * WAIT_S)
            used.append((options, page))
            # Nothing is left of an earlier visitor.
            store = {"origin": url, "storageTypes": "cookies,local_storage"}
            page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", store)
        else:
            page = context.new_page()
        pages.append(page)
        page.on("request", on_request)
        page.on("pageerror", on_error)
        page.on("console", on_message)
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme)
        page.goto(url)
        return page

    yield open_page
    assert broken == []
    for page in pages:
        expect(page.get_by_test_id("stException")).to_have_count(0)
        if lives(page.url):  # A page whose server is gone waits for it for ever.
            expect(page.get_by_text("Connection error")).to_have_count(0)
            # The next test wants the core.
            page.evaluate(STOP)
            expect(button(page, "Stop", disabled=False)).to_have_count(0)
            # Streamlit 1.67 may log a traceback when a visitor leaves while it sends.
            app = page.get_by_test_id("stApp")
            expect(app).to_have_attribute("data-test-script-state", "notRunning")
        page.remove_listener("request", on_request)
        page.remove_listener("pageerror", on_error)
        page.remove_listener("console", on_message)
        page.evaluate("sessionStorage.clear()")
    for options, page in used:
        pages.remove(page)
        page.goto("about:blank")
        page.mouse.move(0, 0)
        tabs[tuple(options.items())].append(page)
    for page in pages:
        page.close()
    assert foreign == broken == []
