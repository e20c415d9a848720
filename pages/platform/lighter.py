"""What Streamlit works out anew for every run of a page, though it never changes.

It tells the browser of the theme each time that a page runs, or a part of one by the clock: of some
hundred options, each looked up by its name, an eighth of what such a part takes of a core.
"""

from __future__ import annotations

from functools import cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


@cache
def work_out_once() -> None:
    """Work out once for a server what never changes."""
    populate = app_session._populate_theme_msg

    @cache
    def theme(section: str) -> CustomThemeConfig:
        message = CustomThemeConfig()
        populate(message, section)
        return message

    def populate_once(msg: CustomThemeConfig, section: str = "theme") -> None:
        known = theme(section)
        if known.ListFields():  # A section that says nothing is not to be there.
            msg.MergeFrom(known)

    app_session._populate_theme_msg = populate_once
