"""The document that a browser gets first: Streamlit's own, with what is ours in it.

Streamlit fetches a hundred files, asks its server for the page, and shows it piece by piece: in a
narrow column until it has heard that it is to be wide, and each part low or empty until it knows
how the part looks. So the document says at once, in the visitor's language, what is coming, and
shows the page when it is whole: nothing in it jumps.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from pages.language.text import CODES, LANGUAGES, best_language, catalogue
from pages.state import LANGUAGE

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

HERE = Path(__file__).parent
HOME = "home"

INTRODUCED = HOME, "draw", "inspect", "gradients"
"""The pages that begin with a sentence, whatever they show."""

EARLY = "BidiComponent", "Button", "ButtonGroup", "Html", "PageLink"
"""What Streamlit fetches only when it meets it, and each page has."""

STYLES = (
    "front.css",
    "../components/frame/frame.css",
    "../glossary/glossary.css",
)
SCRIPTS = "front.js", "../glossary/glossary.js"
"""What every page has, whatever Streamlit sends."""

PLACES = (
    '<div class="stage"><div class="sheet"></div><div class="net">'
    '<i class="image"></i><i class="tiles"></i><i class="bars"></i></div></div>'
)
"""Of the canvas and of the network, on the first page."""


def routes() -> list[Route]:
    """Return what answers at the addresses of the pages."""
    from starlette.routing import Route

    return [Route(below(f"/{page if page != HOME else ''}"), front) for page in titles("en")]


def below(path: str) -> str:
    """Return a path of the app as it is asked for: the app may have an address with a path."""
    from streamlit import config

    base = config.get_option("server.baseUrlPath").strip("/")
    return f"/{base}{path}" if base else path


async def front(request: Request) -> Response:
    """Return the document for an address."""
    from starlette.responses import HTMLResponse

    url = request.url
    text = answer(url.path, url.query, request.headers.get("accept-language", ""))
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
    return HTMLResponse(text, headers=headers)


def answer(path: str, query: str, accepted: str) -> str:
    """Return the document of a page in the language of a link, or else in that of the browser.

    Parameters
    ----------
    path, query : str
        Of the address.
    accepted : str
        The languages of the browser, the best one first.
    """
    language = dict(parse_qsl(query)).get(LANGUAGE.parameter, "")
    if language not in LANGUAGES:
        language = best_language(accepted)
    return document(path.removeprefix(below("/")).strip("/") or HOME, language)


def titles(language: str) -> dict[str, str]:
    """Return the titles of the pages, by their names: a page is a file with a word in the menu."""
    words = catalogue(language)
    names = (path.stem for path in HERE.parent.glob("*.py"))
    return {name: words[f"{name}.menu"] for name in names if f"{name}.menu" in words}


@cache
def document(page: str, language: str) -> str:
    """Return the document of a page."""
    title = escape(titles(language)[page])
    words = escape(catalogue(language)[f"{page}.intro"]) if page in INTRODUCED else ""
    words = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", words)
    coming = f"<h1>{title}</h1><p>{words}</p>{PLACES if page == HOME else ''}"
    style = "\n".join(map(_text, STYLES))
    head = f"{_preloads()}<style>{style}</style><script>{''.join(map(_text, SCRIPTS))}</script>"
    return (
        streamlits()
        .replace('lang="en"', f'lang="{CODES[language]}"', 1)
        .replace("<title>Streamlit</title>", f"<title>{title}</title>")
        .replace("</head>", f"{head}</head>")
        .replace("<body>", f'<body><div id="coming" aria-hidden="true">{coming}</div>')
    )


def _text(name: str) -> str:
    """Return the text of a file that is beside this one."""
    return (HERE / name).read_text(encoding="utf-8")


@cache
def static_folder() -> Path:
    """Return the folder with the files of Streamlit's browser side."""
    from streamlit import file_util

    return Path(file_util.get_static_dir())


@cache
def streamlits() -> str:
    """Return Streamlit's own document."""
    return (static_folder() / "index.html").read_text(encoding="utf-8")


@cache
def _preloads() -> str:
    """Return the tags that make the browser fetch early the scripts that each page needs."""
    folder = static_folder() / "static" / "js"
    waiting = [path for name in EARLY for path in folder.glob(f"{name}.*.js")]
    found: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path.name in found or f"/{path.name}" in streamlits() or not path.is_file():
            continue
        found.add(path.name)
        imported = re.findall(r"""(?:from|import)["'`]\./([^"'`]+)""", path.read_text("utf-8"))
        waiting += [folder / name for name in imported]
    link = '<link rel="modulepreload" crossorigin href="./static/js/{}">'
    return "".join(link.format(name) for name in sorted(found))
