"""The words of the interface, by language and key, from `en.toml` and `zh.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "zh": "中文"}

MOST_QUOTED = 300
"""Characters of a foreign text that are shown."""

CODES = {"en": "en", "zh": "zh-CN"}
"""The languages as a browser knows them: it chooses the glyphs by them, and the voice."""


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all texts of a language by key: ``train.menu`` is ``menu`` in the table ``train``."""
    file = Path(__file__).with_name(f"{language}.toml")
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        f"{table}.{name}": text for table, texts in tables.items() for name, text in texts.items()
    }


def best_language(locale: str | None) -> str:
    """Return the language for a browser's locale, such as zh-CN: Chinese or else English."""
    return "zh" if (locale or "").lower().startswith("zh") else "en"


def text(language: str, key: str, **values: object) -> str:
    """Return a text with its {placeholders} filled in."""
    return catalogue(language)[key].format(**values)


def quoted(foreign: object) -> str:
    """Return a text that somebody else wrote, as Markdown that shows it as it is, and no more.

    A file's name or an error may hold a link, a formula, or an image, which a browser would fetch.
    As code it is only text; it has one line, and what would turn its direction is left out.
    """
    line = "".join(c if c.isprintable() else " " for c in str(foreign))
    line = " ".join(line.split())
    line = line if len(line) <= MOST_QUOTED else line[: MOST_QUOTED - 1] + "…"
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    room = " " if not line or "`" in (line[0], line[-1]) else ""
    return f"{fence}{room}{line}{room}{fence}"


def plain(words: str) -> str:
    """Return Markdown without the stars of what is bold, as for those who listen."""
    return words.replace("**", "")


def translations(library: str, into: str) -> list[tuple[str, str]]:
    """Return what the words of a library are called in a language, from those of the others.

    Parameters
    ----------
    library : str
        The table of its words: in English as the library itself has them.
    into : str
        The language.
    """
    words = catalogue(into)
    return [
        (text, words[key])
        for other in LANGUAGES
        for key, text in catalogue(other).items()
        if other != into and key.startswith(f"{library}.")
    ]
