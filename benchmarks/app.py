"""The app as its users meet it: trainings side by side, first pages, first points, answers."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from simplenet.jobs import Jobs
from simplenet.runs import TrainingRun, loaded

ROOT = Path(__file__).parents[1]
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ROUNDS = 5
CORES = psutil.cpu_count()

PAGES = {  # What is there when the content of a page is.
    "": "text=Draw a digit",
    "train": 'button:has-text("Train") >> nth=0',
    "draw": "canvas.upper-canvas",
    "gradients": 'button:has-text("Compare")',
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


def import_time() -> list[float]:
    """Return the seconds that `import simplenet` takes in fresh processes."""
    program = "from time import perf_counter as now; a = now(); import simplenet; print(now() - a)"
    command = [sys.executable, "-c", program]
    return [
        float(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
        for _ in range(2 * ROUNDS)
    ]


def warm_up() -> None:
    """Have a worker load what a training needs."""
    _ = loaded("bundled").lit_train


def side_by_side() -> dict[str, list[float]]:
    """Train one network at a time, and then one a core, all on the app's own workers."""
    jobs = Jobs(workers=CORES, warm_up=warm_up)

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
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


@contextmanager
def server() -> Iterator[str]:
    """Run the app, and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    with subprocess.Popen(
        [*command, "--server.port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL
    ) as process:
        url = f"http://127.0.0.1:{port}"
        while True:
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield url
        process.terminate()


def opened(browser: Browser, url: str, path: str) -> Page:
    """Open a page as a new visitor."""
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{url}/{path}", wait_until="commit")
    page.wait_for_selector(PAGES[path])
    return page


def in_the_browser() -> dict[str, list[float]]:
    """Return the seconds of first pages, first points, and answers while every core trains."""
    times: dict[str, list[float]] = {"first point": []}
    with sync_playwright() as playwright:

        def launch() -> Browser:
            return playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=CHROMIUM
            )

        for path in PAGES:
            first = times[f"first page /{path}"] = []
            for _ in range(3):
                browser = launch()
                with server() as url:
                    started = perf_counter()
                    opened(browser, url, path)
                    first.append(perf_counter() - started)
                    browser.close()

        with server() as url:
            browser = launch()
            page = opened(browser, url, "train")
            page.wait_for_timeout(8000)  # The workers start, and the modules are imported.
            page.context.close()
            for _ in range(2 * ROUNDS):
                page = opened(browser, url, "train")
                page.wait_for_timeout(2500)
                times["first point"].append(page.evaluate(FIRST_POINT))
                page.get_by_text("finished in").wait_for()
                page.context.close()
            for busy in (False, True):
                if busy:
                    for _ in range(CORES):
                        page = opened(browser, url, "train")
                        field = page.get_by_role("spinbutton", name="Iterations", exact=True)
                        field.fill("1000000")
                        field.press("Enter")
                        page.wait_for_timeout(1000)
                        page.evaluate(CLICK_TRAIN)
                        page.wait_for_timeout(1500)
                        page.context.close()
                for path in PAGES:
                    page = opened(browser, url, path)
                    page.wait_for_timeout(2500)
                    answers = times[f"answer of /{path}, cores {'busy' if busy else 'idle'}"] = []
                    for turn in range(40):
                        answers.append(page.evaluate(ANSWER, ("中文", "English")[turn % 2]))
                        page.wait_for_timeout(200)
                    page.context.close()
            browser.close()
    return times
