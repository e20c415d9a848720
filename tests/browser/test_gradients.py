"""The panels of the Gradients page: each by mouse, some by keys, touch, on a phone, in Chinese."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import (
    at_rest,
    button,
    draw,
    expect_accessible,
    fill,
    go,
    status,
)
from tests.waiting import until

pytestmark = pytest.mark.browser


def opened(server, visit, panel, **options):
    return visit(f"{server.url}/gradients?panel={panel}", **options)


def lane(page, name):
    return status(page).filter(has_text=name)


def chart(page, title):
    """A chart that is drawn, by its title."""
    page.wait_for_function(
        "title => [...document.querySelectorAll('.live-chart')]"
        ".some(c => c.layout?.title?.text === title)",
        arg=title,
    )
    return page.locator(".live-chart", has_text=title)


def mosaic(page, words):
    return page.get_by_role("application", name=re.compile(words))


def pick(page, images, i):
    images.locator("canvas").nth(i).click()


def test_the_race_over_all_parameters_is_live_and_can_be_stopped(server, visit):
    page = opened(server, visit, "race")
    definition = lane(page, "Definition")
    expect(definition).to_contain_text("ready")
    fill(page, "Batch size", 200)
    button(page, "Start the race").dblclick()
    expect(lane(page, "Backpropagation")).to_contain_text("finished in")
    expect(definition).to_contain_text("so far · meanwhile backprop could have done")
    expect(definition).to_contain_text("all of them:")
    before = definition.inner_text()
    expect(definition).not_to_have_text(before)
    button(page, "Stop").click()
    expect(definition).to_contain_text("measured in")
    expect(button(page, "Start the race")).to_be_enabled()
    page.get_by_test_id("stExpander").filter(has_text="logarithmic").locator("summary").click()
    axis = page.wait_for_function(
        "() => document.querySelector('.live-chart')?._fullLayout?.xaxis.type"
    )
    assert axis.json_value() == "log"
    named = re.compile("Backpropagation")
    expect(page.locator(".live-chart")).to_have_attribute("aria-label", named)


def test_a_weight_is_chosen_by_click_and_by_keys_and_every_step_has_an_error(server, visit):
    page = opened(server, visit, "lens")
    page.get_by_role("radio", name="1e-04").click()  # It asks before it tells.
    chart(page, "The error of every step")
    errors = page.locator(".live-chart").nth(2)
    until(lambda: errors.evaluate("c => c.data?.length === 5"))
    expect(button(page, "The largest gradient")).to_be_disabled()
    weight = page.get_by_text(re.compile(r"^W1\[\d+, \d+\]"))
    units, pixels = mosaic(page, "an image a hidden unit"), mosaic(page, "a weight a pixel")
    for pause_ms in (0, 150):  # A choice counts also while the last one is computed.
        pick(page, units, 3)
        page.wait_for_timeout(pause_ms)
        pick(page, units, 8)
        for _ in range(2):
            page.wait_for_timeout(pause_ms)
            units.press("ArrowRight")
        expect(weight).to_have_text(re.compile(r", 10\]"))
        expect(units.locator("figure").nth(10)).to_have_class("chosen")
    pick(page, units, 3)
    expect(weight).to_have_text(re.compile(r"^W1\[\d+, 3\]"))
    expect(button(page, "The largest gradient")).to_be_enabled()
    units.press("ArrowRight")
    expect(weight).to_have_text(re.compile(r"^W1\[\d+, 4\]"))
    box = pixels.locator("canvas").bounding_box()
    pixels.locator("canvas").click(
        position={"x": 14.5 / 28 * box["width"], "y": 10.5 / 28 * box["height"]}
    )
    expect(weight).to_have_text(re.compile(r"^W1\[294, 4\]"))
    pixels.press("ArrowDown")
    expect(weight).to_have_text(re.compile(r"^W1\[322, 4\]"))

    slider = page.get_by_role("slider", name="Step h")
    slider.focus()
    slider.press("Home")
    page.wait_for_function(
        "() => document.querySelectorAll('.live-chart')[1]?._fullData?.[0].x.at(-1) < 1e-11"
    )
    expect(page).to_have_url(re.compile(r"panel=lens.*&weight=322\.4.*&h=1e-12"))


def test_one_step_of_a_digit_from_the_batch_or_by_hand(server, visit):
    page = opened(server, visit, "microscope&stage=gradient1")
    heading = page.get_by_role("heading", level=2)
    units = mosaic(page, "An image of weights a hidden unit")
    expect(units.locator("canvas")).to_have_count(50)
    network = page.locator(".network-view canvas").first
    expect(network).to_have_accessible_name(re.compile("Gradient of W1"))
    pick(page, units, 7)
    expect(page.get_by_text("Unit 7 has the error")).to_be_visible()
    button(page, "Next").press("Enter")
    expect(heading).to_have_text("Step")
    expect(network).to_have_accessible_name(re.compile("Step"))
    expect(page.get_by_text("The weights of hidden unit 7")).to_be_visible()
    page.get_by_role("radio", name="1 The digit goes in").click()
    expect(heading).to_have_text("The digit goes in")
    pick(page, mosaic(page, "The digits of the mini-batch"), 2)
    expect(page.get_by_text(re.compile("It is a [0-9]"))).to_contain_text("It is a 0")

    page.get_by_role("radio", name="Drawn by hand").click()
    expect(page.get_by_text("Draw a digit, and the stages appear here.")).to_be_visible()
    draw(page, (80, 60), (200, 60), (130, 230))
    page.get_by_role("radio", name="7", exact=True).click()
    expect(page.get_by_text("It is a 7")).to_be_visible()
    page.get_by_role("radio", name="10 Afterwards").click()
    expect(page.get_by_text(re.compile("the probability of the 7 went from"))).to_be_visible()
    go(page, "Draw")
    expect(page.locator(".answer .digit")).to_have_text("7")  # It is the same drawing.


IN_SIGHT = """() => ['.st-key-scope_next button', '.st-key-scope_step h2', '.st-key-scope_words p', '.network-view .stage']
    .map(one => document.querySelector(one).getBoundingClientRect())
    .filter(box => box.top < 56 || box.bottom > innerHeight + 2).length === 0"""  # noqa: E501


NEXT_AND_AT_ONCE_BACK = """() => {
    const heading = () => document.querySelector('.st-key-scope_step h2')?.innerText;
    const click = name => document.querySelector(`.st-key-scope_${name} button`).click();
    window.seen = [heading()];
    new MutationObserver(() => {
        if (!heading() || window.seen.at(-1) === heading()) return;
        window.seen.push(heading());
        if (window.seen.length === 2) click('back');
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    click('next');
}"""


def test_the_way_on_its_words_and_the_picture_are_seen_together(server, visit):
    page = opened(server, visit, "microscope&stage=gradient1")
    heading = page.get_by_role("heading", level=2)
    for size in ({"width": 1280, "height": 800}, {"width": 390, "height": 844}):
        page.set_viewport_size(size)
        at_rest(page)
        page.locator(".network-view .stage").evaluate("e => e.scrollIntoView({ block: 'end' })")
        until(lambda: page.evaluate(IN_SIGHT))
        button(page, "Next").click()
        expect(heading).to_have_text("Step")
        until(lambda: page.evaluate(IN_SIGHT))
        button(page, "Back").click()
        expect(heading).to_have_text("Gradient of W1")
    at_rest(page)
    page.evaluate(NEXT_AND_AT_ONCE_BACK)
    until(lambda: len(page.evaluate("seen")) >= 3)
    assert page.evaluate("seen") == ["Gradient of W1", "Step", "Gradient of W1"]
    button(page, "Look at one weight").click()
    chart(page, "The whole curve")
    until(lambda: page.get_by_test_id("stMain").evaluate("main => main.scrollTop === 0"))
    until(lambda: page.evaluate("document.activeElement.tagName === 'H1'"))


CUT_OFF = """() => [...document.querySelectorAll('[data-testid=stMain] button')]
    .filter(button => button.checkVisibility()).filter(button => {
        let { left, right, width } = button.getBoundingClientRect();
        for (let node = button.parentElement; node; node = node.parentElement) {
            if (getComputedStyle(node).overflowX === "visible") continue;
            const box = node.getBoundingClientRect();
            [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
        }
        return right - left < width - 1;
    }).map(button => button.innerText)"""


def test_no_button_is_cut_off(server, visit):
    page = opened(server, visit, "bugs&bug=riddle")
    expect(page.get_by_text("Read the check below")).to_be_visible()
    for width in (1280, 768):
        page.set_viewport_size({"width": width, "height": 900})
        until(lambda: not page.evaluate(CUT_OFF), why_not=lambda: page.evaluate(CUT_OFF))
    page.get_by_role("radio", name="Under the microscope").click()
    expect(page.get_by_role("radio", name="Drawn by hand")).to_be_visible()
    until(lambda: not page.evaluate(CUT_OFF), why_not=lambda: page.evaluate(CUT_OFF))


LATIN = "English|NumPy|sigmoid|softmax|float32|float64|simplenet|network|functions"
"""Names that are not translated."""

LEGENDS_OVER_WORDS = """() => [...document.querySelectorAll('.live-chart')].flatMap(chart => {
    const legend = chart.querySelector('.legend')?.getBoundingClientRect();
    return legend ? [...chart.querySelectorAll('.gtitle, .xtitle, .xtick text')].filter(e => {
        const box = e.getBoundingClientRect();
        return box.left < legend.right && legend.left < box.right
            && box.top < legend.bottom && legend.top < box.bottom;
    }).map(e => e.textContent) : [];
})"""


def test_every_panel_on_a_phone_in_chinese(server, visit):
    page = visit(
        f"{server.url}/gradients",
        locale="zh-CN",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        color_scheme="dark",
    )
    for panel in ("赛跑", "规模", "一个权重", "埋一个错误", "不用反向传播", "显微镜下"):
        page.get_by_role("radio", name=panel).tap()
        expect(page.get_by_role("radio", name=panel)).to_be_checked()
        at_rest(page)
        if panel == "显微镜下":
            mosaic(page, "小批量").locator("canvas").nth(2).tap()
            expect(page.get_by_text("它是 0")).to_be_visible()
        expect_a_readable_phone(page, panel)
    for stage in ("5 输出的误差", "10 之后"):
        page.get_by_role("radio", name=stage).tap()
        expect(page.get_by_role("heading", level=2)).to_have_text(stage.split()[1])
        at_rest(page)
        expect_a_readable_phone(page, stage)


def expect_a_readable_phone(page, what):
    """Expect words in Chinese, that stand out, and nothing too wide or over other words."""
    main = page.get_by_test_id("stMain")

    def faults():
        words = main.evaluate(
            "app => { const copy = app.cloneNode(true);"
            " copy.querySelectorAll('[data-testid*=Icon], style, code, .katex,"
            " [data-testid=stCode], svg').forEach(e => e.remove()); return copy.textContent; }"
        )
        wide = main.evaluate("app => app.scrollWidth > app.clientWidth")
        return [
            *re.findall(r"[A-Za-z]{4,}", re.sub(LATIN, "", words)),
            *(["too wide"] if wide else []),
            *page.evaluate(LEGENDS_OVER_WORDS),
            *page.evaluate(CUT_OFF),
        ]

    until(lambda: not faults(), every_s=0.2, why_not=lambda: (what, faults()))
    expect_accessible(page)
