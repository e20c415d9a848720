"""What never changes is worked out once, and is what Streamlit itself would say."""

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig, NewSession
from streamlit.runtime import app_session

from pages.platform.lighter import work_out_once

SECTIONS = {"theme": "", "theme.light": "light", "theme.dark": "dark", "theme.sidebar": "sidebar"}


@pytest.fixture
def streamlits(monkeypatch):
    """Streamlit's own function, back in its place after the test."""
    own = app_session._populate_theme_msg
    monkeypatch.setattr(app_session, "_populate_theme_msg", own)
    return own


def told(populate):
    message = NewSession()
    for section, name in SECTIONS.items():
        theme = message.custom_theme
        populate(getattr(theme, name) if name else theme, section)
    return message


def test_the_theme_is_told_as_before_and_looked_up_once(streamlits, monkeypatch):
    own = told(streamlits)
    work_out_once.__wrapped__()
    assert told(app_session._populate_theme_msg) == own
    assert own.custom_theme.light.primary_color == config.get_option("theme.light.primaryColor")
    assert not own.custom_theme.HasField("sidebar")

    def refuse(section):
        raise AssertionError(f"{section} is looked up again")

    monkeypatch.setattr(config, "get_options_for_section", refuse)
    assert told(app_session._populate_theme_msg) == own


def test_what_is_told_once_is_not_changed_by_who_gets_it(streamlits):
    work_out_once.__wrapped__()
    message = CustomThemeConfig()
    app_session._populate_theme_msg(message, "theme.light")
    message.primary_color = "#ffffff"
    again = CustomThemeConfig()
    app_session._populate_theme_msg(again, "theme.light")
    assert again.primary_color != "#ffffff"
