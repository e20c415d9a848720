"""The styles of the pages: what they cost a browser."""

import re
from pathlib import Path

PAGES = Path(__file__).parents[2] / "pages"

OF_THE_WHOLE_PAGE = re.compile(r"(?:(?<![\w.-])(?:body|html)|:root|\.stApp|\.stMain)\S*?:has\(")


def test_a_style_that_asks_the_whole_page_is_found():
    assert OF_THE_WHOLE_PAGE.search("body:has(.away) .menu { display: none; }")
    assert OF_THE_WHOLE_PAGE.search(".stMain:has(> .canvas) p { margin: 0; }")
    assert not OF_THE_WHOLE_PAGE.search(".stMain p, .body:has(.canvas) { margin: 0; }")


def test_no_style_asks_the_whole_page_what_it_has():
    """A browser would look through all of it for each label that a chart measures."""
    styled = [path for path in PAGES.rglob("*") if path.suffix in {".css", ".py"}]
    texts = {path: path.read_text(encoding="utf-8") for path in styled}
    assert sum(":has(" in text for text in texts.values()) > 5
    assert [path for path, text in texts.items() if OF_THE_WHOLE_PAGE.search(text)] == []
