"""What the browser fetches once: the words of a language, with their meanings and pictures.

The document of every page holds the script that asks for them.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from pages.language.glossary import glossary
from pages.language.text import CODES, text
from pages.platform.front import below

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route


def routes() -> list[Route]:
    """Return what answers with the words of each language."""
    return [route(language) for language in CODES]


def route(language: str) -> Route:
    """Return what answers with the words of one language."""
    from starlette.responses import Response
    from starlette.routing import Route

    async def give(request: Request) -> Response:
        return Response(
            content(language),
            media_type="application/json",
            headers={"Cache-Control": "no-cache"},
        )

    return Route(below(f"/glossary.{CODES[language]}.json"), give)


@cache
def content(language: str) -> str:
    """Return the terms of a language with their pictures, and the words around them, as JSON."""
    # A server that begins needs none of what draws them.
    from pages.figures.terms import picture

    terms = [
        {
            "key": key,
            "names": term.names,
            "title": term.title,
            "line": term.line,
            "picture": picture(key),
        }
        for key, term in glossary(language).items()
    ]
    spaced = language == "en"  # Chinese has no spaces between words.
    words = {
        "page": text(language, "glossary.page"),
        "all": text(language, "glossary.all"),
        "here": text(language, "glossary.here"),
        "close": text(language, "glossary.close"),
    }
    return json.dumps({"spaced": spaced, "words": words, "terms": terms})
