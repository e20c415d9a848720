import ast
import re
import string
from pathlib import Path

import pytest

from pages.language.text import LANGUAGES, best_language, catalogue, text, translations

ROOT = Path(__file__).parents[2]
LIBRARIES = ("streamlit.", "plotly.")
KEY_AT = {"T": 0, "text": 1}
SOURCES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]


def used_keys():
    """Return the keys in all calls of `T(key)` and of `text(language, key)`, with their places."""
    found = {}
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if name in KEY_AT:
                place, key = f"{source.name}:{node.lineno}", node.args[KEY_AT[name]]
                written_out = isinstance(key, ast.Constant)
                assert written_out or name == "text", f"{place}: a key must be written out"
                if written_out:
                    found.setdefault(key.value, place)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_and_none_is_unused(language):
    own = {key for key in catalogue(language) if not key.startswith(LIBRARIES)}
    assert own == set(used_keys())


def test_the_languages_have_the_same_placeholders():
    def placeholders(words):
        return {name for _, name, _, _ in string.Formatter().parse(words) if name}

    for key, words in catalogue("en").items():
        assert placeholders(words) == placeholders(catalogue("zh")[key]), key


def test_nothing_is_left_in_english_in_chinese():
    for key, words in catalogue("zh").items():
        assert words != catalogue("en")[key], key


@pytest.mark.parametrize("library", [name.rstrip(".") for name in LIBRARIES])
def test_a_librarys_words_can_be_put_into_a_language_and_back(library):
    into, back = translations(library, "zh"), translations(library, "en")
    assert into
    assert dict(back) == {chinese: english for english, chinese in into}


def test_a_term_has_one_name_in_chinese():
    """准确率, 数值精度, 小批量, 梯度检验, 隐藏层: what the books call them, and nothing else."""
    other = re.compile("隐层|梯度检查|(?i:mini-?batch)|误差函数|(?<!单)(?<!双)(?<!数值)精度")
    for key, words in catalogue("zh").items():
        assert not other.search(words), key


def test_a_thing_has_one_word_and_its_signs_in_chinese():
    """隐藏单元, 批量大小, 你, in the glossary, too; and no English colon or comma by a word."""
    other = re.compile("神经元|批大小|您|[\u4e00-\u9fff][:,] |[:,] ?[\u4e00-\u9fff]")
    for name in ("zh.toml", "glossary.toml"):
        words = (ROOT / "pages" / "language" / name).read_text(encoding="utf-8")
        chinese = [line for line in words.splitlines() if re.search("[\u4e00-\u9fff]", line)]
        assert not [line for line in chinese if other.search(line)]
    pairs = [text("zh", "list.pair", name=name, value=20) for name in ("学习率", "动量")]
    assert text("zh", "list.comma").join(pairs) == "学习率：20，动量：20"


@pytest.mark.parametrize("name", ["en.toml", "zh.toml", "glossary.toml"])
def test_times_and_minus_are_no_letters_in_prose(name):
    words = (ROOT / "pages" / "language" / name).read_text(encoding="utf-8")
    assert not re.findall(r"[0-9] x [0-9]|exp\(-|\) - f", words)


def test_no_text_lives_in_the_code_of_a_page():
    """A literal with a space and a letter that is handed to Streamlit would be a text."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr in ("html", "component"):
                continue  # Styles and a component's own sources.
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "logger":
                continue
            words = [a.value for a in node.args if isinstance(a, ast.Constant)]
            shown = [w for w in words if isinstance(w, str) and re.search(r"[a-z] [a-z]", w)]
            assert not shown, f"{source.name}:{node.lineno}: {shown}"


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh-CN", "zh"), ("zh-Hans-SG", "zh"), ("en-GB", "en"), ("de-DE", "en"), (None, "en")],
)
def test_the_browsers_language_chooses(locale, language):
    assert best_language(locale) == language


def test_placeholders_are_filled_in():
    assert text("en", "train.at", done="5", all="10") == "Iteration 5 of 10"
