"""The words of the interface, by language and key, from `en.toml` and `zh.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "zh": "中文"}


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
