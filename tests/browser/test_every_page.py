import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import button, draw, expect_contrast, go, prediction

pytestmark = pytest.mark.browser

PAGES = {
    "": "SimpleNet Lab",
    "train": "Train",
    "draw": "Draw",
    "gradients": "Gradients",
}


@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_every_page_opens_cold_as_the_first_visit_of_a_server(cold_server, visit, path, title):
    page = visit(f"{cold_server.url}/{path}")
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    for other in PAGES.values():
        expect(page.get_by_role("link", name=other, exact=True).first).to_be_visible()
    if path == "draw":  # Nothing of the first stroke is lost.
        draw(page, (80, 60), (200, 60), (130, 230))
        expect(prediction(page)).to_have_text("7")
        expect(button(page, "Undo").first).to_be_enabled()


def test_the_first_page_says_where_to_begin(server, visit):
    page = visit(server.url)
    page.get_by_role("link", name="Train a network").click()
    expect(button(page, "Train")).to_be_visible()
    assert page.url.endswith("/train")


ENGLISH_WORDS = """() => {
    const found = [];
    const names = 'style, script, noscript, code, .katex, [translate=no]';
    const shown = e => e.checkVisibility() && !e.closest(names);
    for (const e of document.body.querySelectorAll('*')) {
        if (!shown(e)) continue;
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
            if (e.hasAttribute(name)) found.push(e.getAttribute(name));
        }
        for (const node of e.childNodes) if (node.nodeType === 3) found.push(node.data);
    }
    return found.map(words => words.trim()).filter(words => /[A-Za-z]{4,}/.test(words));
}"""
NAMES = (
    "English|MNIST|NumPy|SimpleNet|OpenML|Streamlit|Yann LeCun|Corinna Cortes|"
    "Christopher J. C. Burges|robust(-50)?|article|JPEG|WebP|HEIC"
)


def left_in_english(page):
    """Return the texts, labels, titles and hints of the page that are English, but for names."""
    texts = page.evaluate(ENGLISH_WORDS)
    return [text for text in texts if re.search("[A-Za-z]{4,}", re.sub(NAMES, "", text))]


def eventually_chinese(page):
    """Streamlit's own words are replaced a moment after they came."""
    for _ in range(40):
        if not left_in_english(page):
            break
        page.wait_for_timeout(250)
    assert left_in_english(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_chinese_readers_get_chinese(server, visit, path):
    page = visit(f"{server.url}/{path}", locale="zh-CN")
    switch = page.get_by_role("radio", name="中文")
    expect(switch).to_be_checked()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    box = page.locator(".st-key-language").bounding_box()
    assert 1100 < box["x"] + box["width"] < 1280  # On every page at the top right.
    assert 0 <= box["y"] < 30
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
    page.get_by_test_id("stMainMenu").click()
    expect(page.get_by_test_id("stMainMenuPopover")).to_be_visible()
    if path == "draw":
        page.keyboard.press("Escape")
        page.get_by_role("button", name="从文件加入").click()
        expect(page.get_by_test_id("stFileUploader").last).to_be_visible()
    eventually_chinese(page)
    page.keyboard.press("Escape")
    expect_contrast(page)


def test_the_language_can_be_changed_and_stays(server, visit):
    page = visit(f"{server.url}/train")
    expect(button(page, "Train")).to_be_visible()
    page.get_by_role("radio", name="中文").click()
    expect(button(page, "训练")).to_be_visible()
    go(page, "手写")
    expect(page.get_by_role("heading", name="手写")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="手写")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_role("heading", name="Draw")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Main menu")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone(server, visit, path):
    page = visit(
        f"{server.url}/{path}", viewport={"width": 360, "height": 740}, color_scheme="dark"
    )
    expect(page.get_by_role("heading", name=PAGES[path], exact=True)).to_be_visible()
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
    box = page.locator(".st-key-language").bounding_box()
    assert 200 < box["x"] + box["width"] < 360
    assert 0 <= box["y"] < 30
    if path:  # The menu lies over the page, so it goes away when a page was chosen.
        return
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Train").click()
    expect(button(page, "Train")).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")


def test_train_works_by_keyboard_alone(server, visit):
    page = visit(f"{server.url}/train")
    expect(button(page, "Train")).to_be_visible()
    page.get_by_role("spinbutton", name="Iterations").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("50")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText").strip().endswith("Train"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stProgress")).to_contain_text("Iteration 50 of 50")


def test_a_change_of_language_keeps_what_was_chosen(server, visit):
    page = visit(f"{server.url}/train", locale="en-US")
    gradient = page.get_by_role("combobox", name="Gradient")
    gradient.click()
    page.get_by_role("option", name="Central difference").click()
    languages = page.get_by_role("radio", name="中文"), page.get_by_role("radio", name="English")
    for pause_ms in (30, 150, 400, 30, 150, 400):  # Also while the answer is on its way.
        for language in languages:
            language.click()
            page.wait_for_timeout(pause_ms)
    expect(page.get_by_role("heading", name="Train")).to_be_visible()
    expect(gradient).to_have_value("Central difference, fast")
