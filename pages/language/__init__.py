"""The words of the interface in both languages, and how numbers and times are written."""

from pages.language.chosen import T, choose_language, language

__all__ = ["T", "choose_language", "language"]
