"""What a visitor is told by the page of a run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from streamlit.proto.Element_pb2 import Element

from benchmarks.load.http import Fetcher, FetchError
from benchmarks.load.measures import Measures
from benchmarks.load.tab import LostError, Tab
from pages.language.text import catalogue

READING_S = 1.0
"""How long the page stays open: its living parts come by themselves."""


TROUBLE = tuple(
    catalogue("en")[f"train.{key}"].split("{")[0]
    for key in ("unkept", "no_server", "no_scheduler", "no_worker", "other_code")
)
"""How the words begin that say what a run waits for, or cannot do."""


@dataclass
class Visit:
    """A visit.

    Parameters
    ----------
    told : list of str
        The notices of the page, and what the progress of the run says of what is wrong.
    wrong : list of str
        What a page must not show: exceptions, and answers that never came.
    """

    told: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Reader(Tab):
    """A tab that reads the notices of a page."""

    notices: list[str]

    def _show(self, element: Element, everywhere: bool, part: str) -> None:
        if element.WhichOneof("type") == "alert":
            self.notices.append(element.alert.body)
        elif element.WhichOneof("type") == "progress":
            words = element.progress.text.split(" · ")
            self.notices += (word for word in words if word.startswith(TROUBLE))
        super()._show(element, everywhere, part)


def visit(url: str, run: str) -> Visit:
    """Return what a visitor is told who opens the Train page with a run."""
    return asyncio.run(_visit(url.removeprefix("http://"), run))


async def _visit(address: str, run: str) -> Visit:
    measures, files = Measures(), Fetcher(address)
    tab = Reader(files, {}, "en", measures)
    tab.notices, tab.query = [], f"run={run}" if run else ""
    try:
        await tab.open("train")
        await asyncio.sleep(READING_S)
    except (LostError, FetchError, OSError, EOFError) as error:
        measures.wrong(f"{type(error).__name__}: {error}")
    finally:
        await tab.close()
        files.close()
    return Visit(list(dict.fromkeys(tab.notices)), list(measures.errors))
