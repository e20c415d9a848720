import re
import signal

import pytest
from playwright.sync_api import expect

from tests.browser.steps import (
    GROUNDS,
    SEVEN,
    address_with,
    at_rest,
    barriers,
    button,
    choose,
    cut_off,
    draw,
    expect_accessible,
    expect_calm,
    go,
    light,
    prediction,
    status,
    train,
    unfold,
)
from tests.waiting import until

pytestmark = pytest.mark.browser

PAGES = {
    "": ("SimpleNet Lab", "SimpleNet 实验室"),
    "train": ("Train", "训练"),
    "draw": ("Draw", "手写"),
    "inspect": ("Inspect", "剖析"),
    "runs": ("My runs", "我的训练"),
    "gradients": ("Gradients", "梯度"),
    "learn": ("Learn", "课程"),
}


@pytest.mark.parametrize(
    ("path", "how"),
    [("", signal.SIGTERM), ("draw", signal.SIGINT)],
)
def test_a_server_shows_any_page_first_and_leaves_no_process(cold_server, visit, path, how):
    page = visit(f"{cold_server.url}/{path}")
    expect(page.get_by_role("heading", name=PAGES[path][0], exact=True)).to_be_visible()
    for other, _ in PAGES.values():
        expect(page.get_by_role("link", name=other, exact=True).first).to_be_visible()
    if path == "draw":  # Nothing of the first stroke is lost.
        draw(page, (80, 60), (200, 60), (130, 230))
        expect(prediction(page)).to_have_text("7")
        expect(button(page, "Undo")).to_be_enabled()
    at_rest(page)
    if path == "":
        page.get_by_role("link", name="Train a network").click()
        train(page, 500_000, pace="Slow motion")
        expect(status(page)).to_contain_text("10 a second")
        assert cold_server.workers()
    cold_server.stop(how)


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


def test_chinese_readers_get_chinese_that_is_readable_at_any_width(server, visit):
    page = visit(server.url, locale="zh-CN")
    main = page.get_by_test_id("stMain")
    for path, (_, title) in PAGES.items():
        if path:
            page.goto(f"{server.url}/{path}")
        expect(main.get_by_role("heading", name=title, exact=True)).to_be_visible()
        at_rest(page)
        expect_calm(page)
        expect(page.get_by_role("radio", name="中文")).to_be_checked()
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        expect(main).to_have_accessible_name(title)
        until(lambda: is_at_the_top_right(page, 1280))
        show_the_recipe(page)
        page.get_by_test_id("stMainMenu").click()
        expect(page.get_by_test_id("stMainMenuPopover")).to_be_visible()
        if path == "draw":
            page.keyboard.press("Escape")
            page.get_by_role("button", name="从文件加入").click()
            expect(page.get_by_test_id("stFileUploader").last).to_be_visible()
        # Streamlit's own words are replaced a moment after they came.
        until(lambda: not left_in_english(page), every_s=0.2, why_not=lambda: left_in_english(page))
        page.keyboard.press("Escape")
        expect_accessible(page)
        page.set_viewport_size({"width": 360, "height": 740})
        page.reload()
        until(lambda: is_at_the_top_right(page, 360))
        at_rest(page)
        expect_calm(page)
        show_the_recipe(page)
        until(lambda: not barriers(page), every_s=0.2, why_not=lambda: barriers(page))
        for width in (360, 641, 768):  # Where three columns begin, and on a tablet.
            page.set_viewport_size({"width": width, "height": 1024})
            until(lambda: main.evaluate("element => element.scrollWidth <= element.clientWidth"))
            until(lambda: not cut_off(page), why_not=lambda: cut_off(page))
        page.set_viewport_size({"width": 1280, "height": 900})


def show_the_recipe(page):
    """Unfold the fields of the recipe, if the page has some."""
    for folded in page.locator(".st-key-recipe summary").all():
        folded.click()
        expect(page.locator(".st-key-recipe .stSelectbox input")).to_have_count(3)


def is_at_the_top_right(page, width):
    """Return whether the switch of the language is there, as it should be on every page."""
    box = page.locator(".st-key-language").bounding_box()
    right = box["x"] + box["width"]
    return 0.55 * width < right < width and 0 <= box["y"] < 30


def test_the_language_can_be_changed_and_stays_and_the_menu_of_a_phone_closes(server, visit):
    page = visit(f"{server.url}/train", viewport={"width": 360, "height": 740})
    expect(button(page, "Train")).to_be_visible()
    offer = page.locator(".numbers-open").first
    expect(offer).to_have_accessible_name(re.compile("^Numbers"))
    page.get_by_role("radio", name="中文").click()
    expect(button(page, "训练")).to_be_visible()
    expect(offer).to_have_accessible_name(re.compile("^数值表"))
    for code, words in (("en", "Numbers"), ("zh-CN", "数值表")):  # It may come after the pictures.
        page.evaluate("code => { document.documentElement.lang = code }", code)
        expect(offer).to_have_accessible_name(re.compile(f"^{words}"))
    # The menu lies over the page, so it goes away when a page was chosen.
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="手写").click()
    expect(page.get_by_role("heading", name="手写", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    # As Streamlit keeps the theme that was chosen in its menu: what comes first has it, too.
    page.evaluate("localStorage.setItem('stActiveTheme-/draw-v2', '\"Dark\"')")
    address_with(page, "language")
    page.reload()
    expect(page.get_by_role("heading", name="手写", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", GROUNDS["dark"])
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_role("heading", name="Draw", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Main menu")).to_be_visible()


def test_a_link_whose_click_was_lost_is_followed_all_the_same(server, visit):
    page = visit(f"{server.url}/train")
    expect(button(page, "Train")).to_be_enabled()
    at_rest(page)
    # Streamlit takes the second one only.
    page.evaluate(
        """() => {
            const named = (elements, words) => [...elements].find(e => e.innerText.includes(words));
            const link = named(document.querySelectorAll("a"), "Draw");
            const pace = named(document.querySelectorAll("[role=radio]"), "Slow motion");
            link.click();
            pace.click();
        }"""
    )
    expect(page.get_by_role("heading", name="Draw", exact=True)).to_be_visible()
    expect(page).to_have_url(f"{server.url}/draw")


def test_train_works_by_keyboard_alone_and_a_change_of_language_keeps_what_was_chosen(
    server, visit
):
    page = visit(f"{server.url}/train")
    expect(button(page, "Train")).to_be_visible()
    unfold(page)
    gradient = page.get_by_role("combobox", name="Gradient")
    choose(page, "Gradient", "Central difference")
    languages = page.get_by_role("radio", name="中文"), page.get_by_role("radio", name="English")
    for pause_ms in (30, 150):  # Also while the answer is on its way.
        for language in languages:
            language.click()
            page.wait_for_timeout(pause_ms)
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    expect(gradient).to_have_value("Central difference, fast")

    page.get_by_role("spinbutton", name="Iterations").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("2")
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.innerText").strip().endswith("Train"):
            break
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("Iteration 2 of 2")


OVERTAKEN = """
window.Blob = class extends Blob {
    constructor(parts, options) {
        if (options?.type === "text/javascript") {
            parts = parts.map((part) => part.replace("export default function", "const one = function") + `
                export default (given) => { const end = one(given); queueMicrotask(() => end?.()); return end; }`);
        }
        super(parts, options);
    }
};
"""  # noqa: E501
"""As Streamlit does where the next update of a component comes before its code is there: it ends
the older one, though the component stays."""


def test_an_update_that_the_next_one_overtakes_takes_nothing_away(server, browser, visit):
    context = browser.new_context()
    context.add_init_script(OVERTAKEN)
    page = visit(server.url, context=context)
    seen = page.locator(".network-view canvas").first
    expect(seen).to_have_accessible_name(re.compile("Being written"))
    until(lambda: light(page) > 0)
    draw(page, *SEVEN)
    expect(seen).to_have_accessible_name(re.compile("Your drawing. It reads 7"))

    go(page, "Train")
    train(page, 1000, pace="Single steps")
    loss = page.locator(".live-chart").nth(1)
    loss.locator(".legendtoggle").first.click()
    hidden = "document.querySelectorAll('.live-chart')[1]._fullData?.[0].visible"
    until(lambda: page.evaluate(hidden) == "legendonly")
    for at in (1, 2):
        button(page, "Step").click()
        expect(status(page)).to_contain_text(f"Iteration {at} of 1,000")
    at_rest(page)
    assert page.evaluate(hidden) == "legendonly"

    go(page, "Inspect")
    expect(page.get_by_role("gridcell", name=re.compile("taken for"))).to_have_count(100)
    page.get_by_role("radio", name="Map of the digits", exact=True).click()
    points = page.locator(".scatter canvas.points")
    points.focus()
    points.press("ArrowRight")
    expect(page.locator(".scatter .tip")).to_have_text(re.compile("Test digit"))
    page.get_by_role("radio", name="Its idea of a digit", exact=True).click()
    slider = page.get_by_role("slider", name="Step of the dream")
    until(lambda: slider.input_value() == "60")


def test_a_word_tells_what_it_means_where_it_stands(server, visit):
    page = visit(f"{server.url}/gradients?panel=lens&language=en")
    at_rest(page)
    card = page.get_by_role("tooltip")

    def middle() -> tuple[float, float]:
        x, y = page.evaluate(
            """() => {
                const marked = [...CSS.highlights.get("word") ?? []];
                const range = marked.find(range => `${range}` === "loss");
                const { x, y, width, height } = range?.getBoundingClientRect() ?? new DOMRect();
                return [x + width / 2, y + height / 2];
            }"""
        )
        return x, y

    def told() -> bool:
        page.mouse.move(*middle())
        page.wait_for_timeout(400)
        return card.is_visible()

    until(told)
    expect(card).to_contain_text("How wrong the network is")
    page.mouse.move(5, 5)
    expect(card).to_be_hidden()
    page.mouse.click(*middle())  # A tap says it, too, and it stays until it is closed.
    expect(card).to_contain_text("How wrong the network is")
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    # By keyboard: one stop for all, the first of the page; the arrows go from word to word.
    opener = page.get_by_role("button", name="Words on this page")

    def first_stop() -> bool:
        page.reload()
        at_rest(page)
        until(lambda: page.locator(".words-stop").count() > 5)
        page.keyboard.press("Tab")
        return bool(opener.evaluate("one => one === document.activeElement"))

    until(first_stop)
    expect(card).to_contain_text("the arrow keys go")
    for name in ("Gradient", "Loss", "Weight"):
        page.keyboard.press("ArrowRight")
        stop = page.get_by_role("toolbar").get_by_role("button", name=name, exact=True)
        expect(stop).to_be_focused()
        expect(card).to_contain_text(name)
    expect(stop).to_have_accessible_description(re.compile("How much one number counts"))
    box, word = stop.bounding_box(), card.bounding_box()
    assert abs(word["y"] - box["y"] - box["height"]) < 20  # Where it stands.
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.keyboard.press("Tab")  # It goes on from there.
    expect(page.get_by_role("radio", name="Under the microscope")).to_be_focused()
    go(page, "Train")
    expect(button(page, "Train")).to_be_visible()

    def at_the_button() -> bool:
        page.reload()
        expect(button(page, "Train")).to_be_enabled()
        at_rest(page)
        until(lambda: page.locator(".words-stop").count() > 0)
        for key in ("Tab", "Tab", "Enter", "Tab"):  # The words, the link over the menu, the button.
            page.keyboard.press(key)
        return bool(button(page, "Train").evaluate("one => one === document.activeElement"))

    until(at_the_button)
    go(page, "Gradients")
    page.get_by_role("radio", name="One weight").click()
    at_rest(page)
    # In the other language.
    page.get_by_role("radio", name="中文").click()
    expect(
        page.get_by_role("toolbar").get_by_role("button", name="损失", exact=True)
    ).to_be_attached()
    page.get_by_role("button", name="本页术语").press("Enter")
    listed = page.get_by_role("dialog", name="本页术语")
    expect(listed).to_contain_text("用一个数表示网络错得有多厉害")
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    page.get_by_role("button", name="本页术语").click()
    with page.expect_popup() as opened:  # A tab of its own: this page keeps what is on it.
        listed.get_by_role("link", name="全部术语").click()
    expect(opened.value.locator(".words-list")).to_contain_text("混淆矩阵")
    assert barriers(opened.value) == []
    opened.value.close()
