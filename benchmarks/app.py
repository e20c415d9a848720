"""The app as its users meet it: trainings side by side, first pages, first points, answers."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from simplenet.jobs import Jobs
from simplenet.runs import TrainingRun, warm_up
from simplenet.runs.store import Store
from simplenet.runs.store.opening import in_memory
from tests.browser.served import Server, chromium

ROOT = Path(__file__).parents[1]
ROUNDS = 5
CORES = psutil.cpu_count()

PAGES = {  # What is there when the content of a page is.
    "": "canvas.upper-canvas",
    "train": 'button:has-text("Train") >> nth=0',
    "draw": "canvas.upper-canvas",
    "inspect": ".confusion table",
    "runs": 'button:has-text("Train a network")',
    "gradients": 'button:has-text("Next")',
}

CLICK_TRAIN = """() => [...document.querySelectorAll('[data-testid=stMain] button')]
    .find(button => button.innerText.trim().endsWith('Train')).click()"""

# Both are timed in the page itself: a driver that asks again and again would be part of it.
FIRST_POINT = (
    """() => new Promise(done => {
    const clicked = performance.now();
    const look = () => {
        const drawn = document.querySelector('.live-chart')?._fullData?.[0]?.x?.length;
        drawn ? done((performance.now() - clicked) / 1000) : setTimeout(look, 4);
    };
    ("""
    + CLICK_TRAIN
    + """)();
    look();
})"""
)
ANSWER = """name => new Promise(done => {
    const title = document.querySelector('h1').innerText, clicked = performance.now();
    const look = () => document.querySelector('h1').innerText === title
        ? setTimeout(look, 4) : done((performance.now() - clicked) / 1000);
    [...document.querySelectorAll('button')].find(b => b.innerText.trim() === name).click();
    look();
})"""

# From the moment the pen is lifted until the answer to the whole drawing is on the page.
LISTEN = """() => {
    window.lifted = []; window.asked = []; window.answered = [];
    addEventListener('pointerup', event => {
        if (event.composedPath().some(node => node.classList?.contains('st-key-canvas')))
            lifted.push(performance.now());
    }, true);
    const root = document.querySelector('.pen');
    new MutationObserver(changes => changes.forEach(({ attributeName: name }) => {
        if (name === 'data-asked') asked.push([performance.now(), +root.dataset.asked]);
        if (name === 'data-answered') answered.push([performance.now(), +root.dataset.answered]);
    })).observe(root, { attributes: true });
}"""
LATENCIES = """() => lifted.map(up => {
    const [, turn] = asked.filter(([at]) => at >= up)[0];
    return (answered.find(([at, n]) => n >= turn)[0] - up) / 1000;
})"""


def import_time() -> list[float]:
    """Return the seconds that `import simplenet` takes in fresh processes."""
    program = "from time import perf_counter as now; a = now(); import simplenet; print(now() - a)"
    command = [sys.executable, "-c", program]
    return [
        float(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
        for _ in range(2 * ROUNDS)
    ]


def side_by_side() -> dict[str, list[float]]:
    """Train one network at a time, and then one a core, all on the app's own workers."""
    jobs = Jobs(Store(in_memory()), workers=CORES, warm_up=warm_up)

    def trained(n: int) -> float:
        started = perf_counter()
        for job in [jobs.start(TrainingRun()) for _ in range(n)]:
            job.wait()
        return perf_counter() - started

    trained(CORES)
    times: dict[str, list[float]] = {"one": [], "together": []}
    for _ in range(ROUNDS):
        times["one"].append(trained(1))
        times["together"].append(trained(CORES))
    children = psutil.Process().children(recursive=True)
    times["peak_mb"] = [
        peak_mb(child.pid) for child in children if "spawn_main" in " ".join(child.cmdline())
    ]
    jobs.close()
    return times


def peak_mb(pid: int) -> float:
    """Return the largest memory that a process has had, in MB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


@contextmanager
def server() -> Iterator[str]:
    """Run the app, and give its address."""
    with TemporaryDirectory() as folder:
        for name in ("app.py", "pages", "models", ".streamlit", "simplenet"):
            (Path(folder) / name).symlink_to(ROOT / name)
        app = Server(Path(folder))
        yield app.url
        app.stop()


def opened(browser: Browser, url: str, path: str) -> Page:
    """Open a page as a new visitor."""
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{url}/{path}", wait_until="commit")
    page.wait_for_selector(PAGES[path])
    return page


def drawn(page: Page, strokes: int) -> list[float]:
    """Draw strokes, and return the seconds from the end of each to its answer."""
    rng = random.Random(0)
    canvas = page.locator("canvas.upper-canvas").bounding_box()
    page.evaluate(LISTEN)
    for turn in range(strokes):
        places = [(rng.randint(30, 250), rng.randint(30, 250)) for _ in range(3)]
        page.mouse.move(canvas["x"] + places[0][0], canvas["y"] + places[0][1])
        page.mouse.down()
        for (x0, y0), (x1, y1) in itertools.pairwise(places):
            for part in range(1, 13):  # As fast as a hand, at 60 events a second.
                x, y = x0 + (x1 - x0) * part / 12, y0 + (y1 - y0) * part / 12
                page.mouse.move(canvas["x"] + x, canvas["y"] + y)
                page.wait_for_timeout(16)
        page.mouse.up()
        page.wait_for_timeout(900)
        if turn % 3 == 2:
            page.locator('button:has-text("Clear")').first.click()
            page.wait_for_timeout(900)
    return page.evaluate(LATENCIES)


def in_the_browser() -> dict[str, list[float]]:
    """Return the seconds of first pages, first points, and answers while every core trains."""
    times: dict[str, list[float]] = {"first point": []}
    with sync_playwright() as playwright:
        for path in PAGES:
            first = times[f"first page /{path}"] = []
            for _ in range(3):
                browser = chromium(playwright)
                with server() as url:
                    started = perf_counter()
                    opened(browser, url, path)
                    first.append(perf_counter() - started)
                    browser.close()

        with server() as url:
            browser = chromium(playwright)
            page = opened(browser, url, "train")
            page.wait_for_timeout(8000)  # The workers start, and the modules are imported.
            page.context.close()
            for _ in range(2 * ROUNDS):
                page = opened(browser, url, "train")
                page.wait_for_timeout(2500)
                times["first point"].append(page.evaluate(FIRST_POINT))
                page.get_by_text("finished in").wait_for()
                page.context.close()
            for trainings in (0, 1, CORES):
                if trainings:
                    for _ in range(trainings if trainings == 1 else trainings - 1):
                        page = opened(browser, url, "train")
                        page.get_by_text("All settings of the recipe").click()
                        field = page.get_by_role("spinbutton", name="Iterations", exact=True)
                        field.fill("1000000")
                        field.press("Enter")
                        page.wait_for_timeout(1000)
                        page.evaluate(CLICK_TRAIN)
                        page.wait_for_timeout(1500)
                        page.context.close()
                page = opened(browser, url, "draw")
                page.wait_for_timeout(4000)
                times[f"pen lifted to answer, {trainings} trainings"] = drawn(page, 40)
                page.context.close()
                for path in PAGES if trainings != 1 else ():
                    page = opened(browser, url, path)
                    page.wait_for_timeout(2500)
                    busy = "busy" if trainings else "idle"
                    answers = times[f"answer of /{path}, cores {busy}"] = []
                    for turn in range(40):
                        answers.append(page.evaluate(ANSWER, ("中文", "English")[turn % 2]))
                        page.wait_for_timeout(200)
                    page.context.close()
            browser.close()
    return times
