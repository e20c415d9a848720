"""The whole course by the keyboard alone: in English on a wide screen, in Chinese on a phone."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from pages.lessons.lesson import Choice, Sketch
from pages.lessons.order import LESSONS
from tests.browser.steps import GROUNDS, at_rest, barriers, button, expect_calm
from tests.waiting import until

pytestmark = pytest.mark.browser

MOST_TABS = 40
PHONE = {"width": 390, "height": 844}


def tab_to(page, selector, back=False):
    """Press Tab until what has the focus is one of these."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("one => Boolean(document.activeElement?.closest(one))", selector):
            return
    raise AssertionError(f"{selector} is not reached by the keyboard")


def expect_clean(page, *rules):
    """Expect that axe-core has nothing against a lesson, once all of it has faded in or out."""
    found = partial(barriers, page, *rules)
    until(lambda: not found(), every_s=0.2, why_not=found)


def guess(page, lesson, quick=False):
    """Move the slider, or choose the first answer, and say that this is the guess.

    Quickly: sooner than Streamlit sends where the slider stands.
    """
    expect(page.locator(".st-key-lesson_guess_it button")).to_be_visible()
    if isinstance(lesson.guess, Choice):
        answers = page.locator(".st-key-lesson_shown .stButtonGroup [role=radio]")

        def chosen() -> bool:  # What is just being made anew does not hear the key.
            if answers.first.get_attribute("aria-checked") == "false":
                tab_to(page, ".st-key-lesson_shown .stButtonGroup")
                page.keyboard.press("Space")
            return answers.first.get_attribute("aria-checked") == "true"

        until(chosen, every_s=0.5)
        expect(page.locator(".st-key-lesson_guess_it button")).to_be_enabled()
    elif isinstance(lesson.guess, Sketch):
        sheet = page.locator(".lesson-sketch svg")
        expect(sheet).to_be_visible()
        height = page.locator(".lesson-sketch input").first

        def drawn() -> bool:  # A page that is just being shown anew may not hear a key.
            tab_to(page, ".lesson-sketch input")
            for _ in range(int(height.input_value()), 50):
                page.keyboard.press("ArrowUp")
            return height.input_value() == "50"

        until(drawn, every_s=0.5)
        box = sheet.bounding_box()  # And the rest by a stroke, from below to the upper right.
        page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.7 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.99 * box["width"], box["y"], steps=3)
        page.mouse.up()
        expect(page.locator(".lesson-sketch input").last).to_have_value("100")
        expect(page.locator(".lesson-sketch input").first).to_have_value("50")
    else:
        slider, before = page.get_by_role("slider").first, lesson.guess.first

        def moved() -> bool:  # A slider that is just being made anew does not hear the key.
            if float(slider.input_value()) == before:
                tab_to(page, ".st-key-lesson_shown .stSlider")
                page.keyboard.press("ArrowRight")
            return float(slider.input_value()) != before

        until(moved, every_s=0.5)
    if quick:
        page.evaluate("document.querySelector('.st-key-lesson_guess_it button').click()")
    else:
        tab_to(page, ".st-key-lesson_guess_it button")
        page.keyboard.press("Enter")
    answer = page.locator(".st-key-lesson_answer")
    expect(answer).to_be_focused()
    if isinstance(lesson.guess, Sketch):
        expect(answer).to_contain_text("100%")
    elif not isinstance(lesson.guess, Choice):  # The last key counts, however quick one is.
        expect(answer).to_contain_text(lesson.guess.say(lesson.guess.first + lesson.guess.step))
    pictures = page.locator(".lesson-picture svg")
    expect(pictures).to_have_count(1)  # The sheet of the guess goes when all of the answer is here.
    expect(pictures).to_be_visible()


def play(page):
    """Move the first control of the picture, and see that the picture is another one."""
    picture = page.locator(".lesson-picture")
    before = picture.inner_html()

    def another() -> bool:  # A control that is just being made anew does not hear the key.
        if picture.inner_html() == before:
            tab_to(page, ".st-key-lesson_shown :is(.stSlider, .stButtonGroup)")
            page.keyboard.press("ArrowRight")
            if not page.locator(".st-key-lesson_shown .stSlider").count():
                page.keyboard.press("Space")
        return picture.inner_html() != before

    until(another, every_s=0.5)


def see_a_symbol_light_up(page):
    """Reach the first symbol, and see it lit in the formula, and not the others."""
    expect(page.locator(".lesson-symbols .katex > *").first).to_be_visible()
    tab_to(page, ".lesson-symbols button")
    part = page.evaluate("document.activeElement.dataset.part")
    formula = page.locator(".st-key-lesson_formula")
    expect(formula.locator(f"[data-part={part}]").first).to_have_css("opacity", "1")
    other = f".st-key-lesson_formula [data-part]:not([data-part={part}], [data-part={part}] *)"
    inside = f":has([data-part={part}])"
    expect(page.locator(f"{other}:not({inside})").first).to_have_css("opacity", "0.2")


def test_the_whole_course_is_walked_by_the_keyboard_alone(server, visit):
    page = visit(f"{server.url}/learn")
    heading = page.locator(".st-key-lesson_shown h2")
    for n, lesson in enumerate(LESSONS.values(), start=1):
        expect(heading).to_have_text(re.compile(rf"^{n}\. "))
        expect(page.locator(".st-key-lesson_place, .stCode")).to_have_count(0)
        guess(page, lesson)
        play(page)
        see_a_symbol_light_up(page)
        tab_to(page, ".st-key-lesson_next button")  # And nothing is lit any more.
        at_rest(page)
        expect_clean(page)
        page.keyboard.press("Enter")
        if n < len(LESSONS):
            expect(heading).to_be_focused()
            main = page.get_by_test_id("stMain")
            until(lambda main=main: main.evaluate("main => main.scrollTop === 0"))
    expect(page.get_by_text("You have gone through the whole course")).to_be_visible()
    page.wait_for_function("() => localStorage.getItem('simplenet-lab')?.includes('unknown')")
    page.goto(f"{server.url}/learn?lesson=loss")
    expect(heading).to_have_text(re.compile(r"^4\. "))
    expect(page.get_by_text("11 of 11 finished")).to_be_visible()
    expect(page.locator(".st-key-lesson_answer")).to_contain_text("You said")
    button(page, "11. What it does not know").click()
    expect(heading).to_be_focused()
    tab_to(page, ".st-key-lesson_do button")
    page.keyboard.press("Enter")
    main = page.get_by_test_id("stMain")
    expect(main).to_have_accessible_name("Draw")
    at_rest(page)
    until(lambda: main.evaluate("main => main.scrollTop") == 0)  # The canvas is in sight.


def test_on_a_phone_a_picture_and_its_control_are_seen_together(server, visit):
    page = visit(
        f"{server.url}/learn",
        viewport=PHONE,
        locale="zh-CN",
        color_scheme="dark",
        is_mobile=True,
        has_touch=True,
    )
    heading = page.locator(".st-key-lesson_shown h2")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", GROUNDS["dark"])
    for n, lesson in enumerate(LESSONS.values(), start=1):
        expect(heading).to_have_text(re.compile(rf"^{n}\. .*[\u4e00-\u9fff]"))
        guess(page, lesson, quick=True)
        play(page)
        at_rest(page)
        expect_clean(page, "color-contrast")
        picture = page.locator(".st-key-lesson_place").bounding_box()
        control = page.locator(".st-key-lesson_shown :is(.stSlider, .stButtonGroup)").last
        box = control.bounding_box()
        assert box["y"] + box["height"] - picture["y"] < PHONE["height"] - 60  # Below the header.
        page.locator(".lesson-picture + .numbers-open").click(trial=True)
        for symbol in page.locator(".lesson-symbols button").all():  # Nothing lies over it.
            part = symbol.get_attribute("data-part")
            page.locator(f".st-key-lesson_formula [data-part={part}]").first.click(trial=True)
        main = page.get_by_test_id("stMain")
        until(
            lambda main=main: main.evaluate("element => element.scrollWidth <= element.clientWidth")
        )
        tab_to(page, ".st-key-lesson_next button")
        page.keyboard.press("Enter")
    expect(page.get_by_text("课程学完了")).to_be_visible()
    page.wait_for_function("() => localStorage.getItem('simplenet-lab')?.includes('unknown')")
    page.reload()  # What the browser has kept comes a moment after the page, and moves nothing.
    expect(page.locator(".lesson-symbols .katex > *").first).to_be_visible()
    at_rest(page)
    expect_calm(page)
    page.emulate_media(media="print")  # On paper it is light, and nothing is there to be moved.
    for ground in (page.locator("body"), page.get_by_test_id("stApp")):
        expect(ground).to_have_css("background-color", GROUNDS["light"])
    for text in page.locator(".st-key-lesson_shown :is(p, h2, li, pre, code)").all():
        expect(text).to_have_css("color", "rgb(27, 35, 51)")
        ground = text.evaluate("one => getComputedStyle(one).backgroundColor")
        assert ground in (GROUNDS["light"], "rgba(0, 0, 0, 0)")
    expect(page.locator(".st-key-lesson_shown :is(.stSlider, .stButton):visible")).to_have_count(0)
    page.emulate_media(media="null")
    assert re.findall(rb"/Type /Pages\n/Count (\d+)", page.pdf(format="A4")) == [b"1"]
