"""All words of the field as a list, a part of the Learn page."""

from __future__ import annotations

from base64 import b64encode
from html import escape

import streamlit as st

from pages.figures.terms import picture
from pages.language import T, language
from pages.language.glossary import glossary

STYLE = """<style>
ul.words-list {
  margin: 0.5rem 0; padding: 0; list-style: none;
  display: grid; gap: 1.25rem 2rem; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr));
}
ul.words-list li {
  margin: 0; padding: 0; font-size: inherit;
  display: grid; grid-template: auto 1fr / 96px 1fr; column-gap: 1rem; break-inside: avoid;
}
ul.words-list img { grid-row: span 2; border-radius: 6px; }
</style>"""  # noqa: E501


def all_words() -> None:
    """Show every term with its picture and its line, in the order in which one meets them."""
    terms = glossary(language())
    rows = "".join(
        f'<li><img src="{_url(key)}" width="96" height="72" alt="">'
        f"<strong>{escape(term.title)}</strong><span>{escape(term.line)}</span></li>"
        for key, term in terms.items()
    )
    st.caption(T("glossary.intro", n=len(terms)))
    st.html(f'{STYLE}<ul class="words-list">{rows}</ul>')


def _url(key: str) -> str:
    """Return the picture of a term as a data URL."""
    return "data:image/svg+xml;base64," + b64encode(picture(key).encode()).decode()
