"""The sections of `RESULTS.md` that measurements of their own write."""

from __future__ import annotations

import re
from pathlib import Path


def put(text: str, heading: str, path: Path) -> None:
    """Write a section into a file, in place of the one with that heading, or at its end."""
    whole = path.read_text(encoding="utf-8")
    begin, end = _place(heading, whole)
    parts = whole[:begin].strip(), text.strip(), whole[end:].strip()
    path.write_text("\n\n".join(filter(None, parts)) + "\n", encoding="utf-8")


def section(heading: str, path: Path) -> str:
    """Return the section of a file that has a heading; empty, if there is none."""
    whole = path.read_text(encoding="utf-8") if path.exists() else ""
    begin, end = _place(heading, whole)
    return whole[begin:end]


def _place(heading: str, whole: str) -> tuple[int, int]:
    """Return where the section with a heading begins and ends in a text."""
    found = re.search(rf"^{re.escape(heading)}$.*?(?=^## |\Z)", whole, re.MULTILINE | re.DOTALL)
    return found.span() if found else (len(whole), len(whole))
