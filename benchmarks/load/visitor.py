"""What one of the class does: read, train, watch, draw, look around, and train again."""

from __future__ import annotations

import asyncio
import base64
import io
import random
from contextlib import suppress

from PIL import Image, ImageDraw

from benchmarks.load.http import Fetcher, FetchError
from benchmarks.load.measures import Measures
from benchmarks.load.tab import LostError, Tab

LANGUAGES = "en", "zh-CN"
ROUND = "draw", "inspect", "learn", "runs", "gradients", ""
"""The pages that are looked at between two trainings."""

READING_S = 3.0, 9.0
"""How long a person looks at a page."""

WATCHING_S = 25.0, 60.0
"""How long a training is watched, if it does not end before."""

PEN_S = 0.15
"""Between two pictures of a stroke."""

SIDE, PEN = 280, 20
PATHS = [
    [(90, 60), (190, 60), (130, 230)],
    [(140, 50), (140, 140), (140, 230)],
    [(80, 90), (180, 60), (100, 210), (200, 220)],
]
"""Strokes of a 7, a 1 and a 2."""


class Visitor:
    """One of the class, with a browser of their own.

    Parameters
    ----------
    number : int
        Which of them.
    address : str
        Of the server.
    measures : Measures
    haste : float
        How many times as fast as usual they read.
    """

    def __init__(self, number: int, address: str, measures: Measures, haste: float = 1.0) -> None:
        self._random = random.Random(number)
        self._language = LANGUAGES[number % len(LANGUAGES)]
        self._measures = measures
        self._haste = haste
        self._files = Fetcher(address)
        self._kept: dict[str, str] = {}
        self._tab = Tab(self._files, self._kept, self._language, measures)

    async def visit(self, wait_s: float, seconds: float) -> None:
        """Come after a while, train within the first minute, and go on until the time is over."""
        await asyncio.sleep(wait_s)
        self._tab = tab = Tab(self._files, self._kept, self._language, self._measures)
        try:
            async with asyncio.timeout(seconds):
                await tab.open("")
                await self._read(tab)
                while True:
                    await tab.go("train")
                    await self._pause(1, 3)
                    await self._train(tab)
                    for page in ROUND:
                        await tab.go(page)
                        if page == "draw":
                            await self._draw(tab)
                        await self._read(tab)
        except TimeoutError:
            pass
        except (LostError, FetchError, OSError, EOFError) as error:
            self._measures.wrong(f"{type(error).__name__}: {error}")

    async def leave(self) -> None:
        """Stop the training, if it goes on, and close the tab; nothing of that is measured."""
        tab = self._tab
        tab.measures = Measures()
        with suppress(LostError, StopIteration):
            await tab.go("train")
            if tab.usable("stop"):
                tab.click("stop")
                await tab.until(lambda: tab.usable("train"))
        await tab.close()
        self._files.close()

    async def leave_training(self) -> None:
        """Start a training, and close the tab at once."""
        tab = Tab(self._files, self._kept, self._language, self._measures)
        await tab.open("train")
        await self._pause(1, 1)
        await tab.click_train()
        await tab.close()
        self._files.close()

    async def _train(self, tab: Tab) -> None:
        """Train, unless the last training still goes on, and watch it."""
        if tab.usable("train"):
            await tab.click_train()
            self._measures.trainings += 1
        try:
            async with asyncio.timeout(self._random.uniform(*WATCHING_S) / self._haste):
                while not tab.usable("train"):
                    await asyncio.sleep(0.5)
        except TimeoutError:
            pass
        await self._pause(1, 4)

    async def _draw(self, tab: Tab) -> None:
        """Draw a digit: the pen tells of what it draws, then the canvas of the stroke."""
        await self._pause(1, 2)
        image = Image.new("RGBA", (SIDE, SIDE), "black")
        path = self._random.choice(PATHS)
        for end in range(2, len(path) + 1):
            ImageDraw.Draw(image).line(path[:end], "white", PEN, "curve")
            await tab.pen(url := _url(image))
            await asyncio.sleep(PEN_S)
        stroke = {
            "type": "Path",
            "path": [["M" if i == 0 else "L", *place] for i, place in enumerate(path)],
            "stroke": "#ffffff",
            "strokeWidth": PEN,
            "fill": None,
        }
        await tab.tell("canvas", "drawing", {"data": url, "raw": {"objects": [stroke]}})

    async def _read(self, tab: Tab) -> None:
        await self._pause(*READING_S)

    async def _pause(self, least_s: float, most_s: float) -> None:
        await asyncio.sleep(self._random.uniform(least_s, most_s) / self._haste)


def _url(image: Image.Image) -> str:
    """Return an image as the browser tells of it."""
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
