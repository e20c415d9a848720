"""What a visitor does and sees, in the words of the tests."""

from __future__ import annotations

import re

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.waiting import until

SEVEN = ((80, 60), (200, 60), (130, 230))
"""Where a pen goes that draws a seven."""

MOST_JUMPS = 0.05
"""How much of a page may jump while it comes, as browsers measure it."""

JUMPS = """() => {
    const observer = new PerformanceObserver(() => {});
    observer.observe({ type: "layout-shift", buffered: true });
    const side = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
    return observer.takeRecords().filter(entry => !entry.hadRecentInput).map(entry => [
        entry.value,
        entry.sources.map(({ node, previousRect, currentRect }) =>
            `${node?.className} ${side(previousRect)} -> ${side(currentRect)}`),
    ]);
}"""

CUT_OFF = """() => {
    const found = [], main = document.querySelector('[data-testid=stMain]');
    const walk = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    const there = { opacityProperty: true, visibilityProperty: true };
    for (let node; (node = walk.nextNode());) {
        const holder = node.parentElement;
        if (!node.data.trim() || !holder.checkVisibility(there)) continue;
        range.selectNodeContents(node);
        const { left, right, width } = range.getBoundingClientRect();
        if (!width) continue;
        for (let box = holder; box !== main; box = box.parentElement) {
            const { overflowX } = getComputedStyle(box), edge = box.getBoundingClientRect();
            if (edge.width < 2 || overflowX === 'auto' || overflowX === 'scroll') break;
            const cut = right > edge.right + 1 || left < edge.left - 1;
            if (cut && overflowX !== 'visible') { found.push(node.data.trim()); break; }
        }
    }
    return found;
}"""

GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 21, 31)"}


def button(page: Page, name: str, **options: bool) -> Locator:
    main = page.get_by_test_id("stMain")
    return main.get_by_role("button", name=name, exact=True, **options)


def address_with(page: Page, parameter: str) -> str:
    """Return the address of a page once it has a parameter: it may come after what is shown."""
    expect(page).to_have_url(re.compile(rf"[?&]{parameter}="))
    return page.url


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("spinbutton", name=name, exact=True)


def unfold(page: Page) -> None:
    """Show the fields of the recipe, which are folded at first."""
    folded = page.get_by_test_id("stExpander").filter(has_text="All settings of the recipe")
    if not field(page, "Iterations").is_visible():
        folded.locator("summary").click()
    expect(field(page, "Iterations")).to_be_visible()
    # A list that opens while the fields still unfold is closed by that.
    folded.evaluate(
        "e => Promise.allSettled(e.getAnimations({ subtree: true }).map(one => one.finished))"
    )


def choose(page: Page, name: str, option: str) -> None:
    """Choose an option of a list; a page that is just being made anew may close it again."""
    offered = page.get_by_role("option", name=option)

    def chosen() -> bool:
        if not offered.is_visible():
            page.get_by_role("combobox", name=name).click()
        try:
            offered.click(timeout=2000)
        except TimeoutError:
            return False
        return True

    until(chosen)


def fill(page: Page, name: str, value: object) -> None:
    field(page, name).fill(str(value))
    field(page, name).press("Enter")


def metric(page: Page, name: str) -> Locator:
    shown = page.get_by_test_id("stMetric").filter(has_text=name)
    return shown.get_by_test_id("stMetricValue")


def prediction(page: Page) -> Locator:
    """The digit that the network reads, or a dash."""
    return page.locator(".answer .digit")


def status(page: Page) -> Locator:
    return page.get_by_test_id("stProgress")


def at_rest(page: Page) -> None:
    """Wait until the page has answered, and all its charts are drawn."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.live-chart')]"
        ".every(chart => chart.classList.contains('empty') || chart._fullLayout)"
    )


def train(page: Page, iterations: int, pace: str = "Full speed") -> None:
    """Set the iterations and the pace, and click Train."""
    unfold(page)
    fill(page, "Iterations", iterations)
    page.get_by_role("radio", name=pace).click()
    click_train(page)


def click_train(page: Page) -> None:
    """Click Train, and wait for the run; of a short one the page may first show the end."""
    before = re.search(r"[?&]run=([\w-]+)", page.url)
    button(page, "Train").click()
    another = rf"(?!{before[1]}(?![\w-]))" if before else ""
    expect(page).to_have_url(re.compile(rf"[?&]run={another}[\w-]"))
    at_rest(page)


def draw(page: Page, *corners: tuple[int, int]) -> None:
    """Draw one stroke through these places of the canvas."""
    pen_down(page, *corners)
    page.mouse.up()


def go(page: Page, name: str) -> None:
    """Follow a link of the menu."""
    page.get_by_role("link", name=name, exact=True).first.click()
    expect(page.get_by_test_id("stMain")).to_have_accessible_name(name)


def wait_for_canvas(page: Page) -> None:
    """Wait until the canvas, too, has told of the first stroke: it takes a fifth of a second."""
    expect(button(page, "Undo").first).to_be_enabled()


def pen_down(page: Page, *corners: tuple[int, int]) -> None:
    """Draw one stroke, and leave the pen where it is."""
    canvas, (left, top) = page.locator("canvas.upper-canvas").last, corners[0]
    canvas.hover(position={"x": left, "y": top})  # As soon as it stays where it is.
    box, mouse = canvas.bounding_box(), page.mouse
    mouse.down()
    for x, y in corners[1:]:
        mouse.move(box["x"] + x, box["y"] + y, steps=3)


def barriers(page: Page, *rules: str) -> list[str]:
    """Return what axe finds wrong, by these of its rules or by all of them, each with its HTML."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [
        f"{rule['id']}: {node['failureSummary']} {node['html']}"
        for rule in found
        for node in rule["nodes"]
    ]


def expect_accessible(page: Page) -> None:
    """Expect that axe finds nothing wrong, in light and in dark: first as the page is now."""
    schemes = list(GROUNDS)
    if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"):
        schemes.reverse()
    rules: tuple[str, ...] = ()
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", GROUNDS[scheme])
        # Colours change gradually; and nothing else is other in the other scheme.
        until(
            lambda rules=rules: not barriers(page, *rules),
            every_s=0.2,
            why_not=lambda rules=rules: barriers(page, *rules),
        )
        rules = ("color-contrast",)


def expect_calm(page: Page, known: int = 0) -> None:
    """Expect that nothing has jumped since the page was opened, and that all of it is shown.

    The jumps that are `known` do not count.
    """
    expect(page.locator("#coming")).to_have_count(0)
    jumps = page.evaluate(JUMPS)[known:]
    assert sum(value for value, _ in jumps) < MOST_JUMPS, jumps


def cut_off(page: Page) -> list[str]:
    """Return the words of the page that are not shown whole."""
    words: list[str] = page.evaluate(CUT_OFF)
    return words


def light(page: Page) -> int:
    """Return how many pixels of the canvas are white, of what is drawn or is being written."""
    return page.locator(".st-key-canvas").evaluate(
        """host => [...host.querySelectorAll("canvas")].flatMap(canvas => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, 280, 280);
            return [...data].filter((value, i) => i % 4 === 0 && value > 128);
        }).length"""
    )
