from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from pages.figures.terms import picture, pictured
from pages.glossary.served import content
from pages.language.glossary import glossary
from pages.language.text import LANGUAGES
from tests.pages.conftest import opened

MOST = {"en": 160, "zh": 70}
"""Characters of a line: two or three of a phone."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_has_one_meaning_in_one_line(language):
    terms = glossary(language)
    assert len(terms) >= 40
    names = [name.lower() for term in terms.values() for name in term.names]
    assert len(names) == len(set(names))
    for term in terms.values():
        assert 0 < len(term.line) <= MOST[language], term
        assert term.line[-1] in ".。"
        assert term.title.lower() == term.names[0].lower()
        chinese = re.search("[\u4e00-\u9fff]", term.line)
        assert bool(chinese) == (language == "zh")


def test_the_numbers_in_the_lines_are_those_of_the_engine(mnist):
    from simplenet import SimpleNet

    net = SimpleNet(784, 50, 10, rng=0)
    size = sum(array.size for array in net.params.values())
    for language in LANGUAGES:
        terms = glossary(language)
        assert f"{size:,}" in terms["parameter"].line
        assert f"{len(mnist.x_train):,}" in terms["training_set"].line
        assert f"{len(mnist.x_test):,}" in terms["test_set"].line
        assert f"{len(mnist.x_train) // 100}" in terms["epoch"].line


@pytest.mark.slow
def test_each_word_has_a_picture_of_its_own():
    assert pictured() == set(glossary("en"))
    drawn = {key: picture(key) for key in glossary("en")}
    assert len(set(drawn.values())) == len(drawn)
    for key, svg in drawn.items():
        root = ElementTree.fromstring(svg)
        assert root.get("viewBox") == "0 0 96 72", key
        assert "nan" not in svg, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_browser_gets_all_words_of_a_language(language):
    given = json.loads(content(language))
    assert [term["key"] for term in given["terms"]] == list(glossary(language))
    assert given["spaced"] == (language == "en")
    assert all(given["words"].values())


@pytest.mark.parametrize(("language", "title"), [("en", "Learning rate"), ("zh", "学习率")])
def test_the_learn_page_lists_them(app, language, title):
    app.session_state["language"] = language
    opened(app, "learn", part="words")
    (listed,) = (html.body for html in app.get("html") if "words-list" in html.body)
    assert listed.count("<li>") == len(glossary(language))
    assert f"<strong>{title}</strong>" in listed


def test_a_title_begins_with_a_capital_unless_it_has_one_of_its_own():
    titles = {key: term.title for key, term in glossary("en").items()}
    assert titles["learning_rate"] == "Learning rate"
    assert (titles["tsne"], titles["sgd"]) == ("t-SNE", "SGD")
