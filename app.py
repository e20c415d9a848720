"""SimpleNet Lab: what is around every page; each page is a file in `pages/`."""

from __future__ import annotations

# What a page needs is imported in the function: the worker processes import this file too, as
# the main file of their parent, and need none of it.


def main() -> None:
    """Show the page that the address names."""
    import streamlit as st

    from pages.components.frame import STYLE, frame
    from pages.components.keepsakes import keepsakes
    from pages.language import T, choose_language
    from pages.language.text import quoted
    from pages.platform.incoming import guard
    from pages.platform.lighter import work_out_once
    from pages.platform.menu import navigation
    from pages.platform.offline import stay_offline
    from pages.platform.place import place
    from pages.platform.reruns import lose_nothing
    from pages.platform.returned import serve_returned
    from pages.room import no_room
    from pages.state import LOST, NO_ROOM, PAGE, UNREADABLE
    from simplenet.jobs import LedgerError

    guard()
    stay_offline()
    lose_nothing()
    serve_returned()
    work_out_once()
    page = navigation()
    if PAGE.get() != page.url_path:
        LOST.clear()
        NO_ROOM.clear()
    PAGE.set(page.url_path)
    st.html(STYLE)
    st.title(page.title, anchor=False)
    notice, body = place(), st.container()
    # Below the page: the style that moves or hides them comes late, and would move the page, too.
    choose_language()
    frame(page.title, page.url_path)
    keepsakes()
    UNREADABLE.clear()
    with body:
        try:
            page.run()
        except LedgerError as error:  # The database is away: the next visit may find it again.
            UNREADABLE.set(str(error))
    if UNREADABLE.get():
        notice.error(
            T("app.unreadable", error=quoted(UNREADABLE.get())), icon=":material/database_off:"
        )
    elif refused := NO_ROOM.get():
        notice.warning(no_room(*refused), icon=":material/hourglass_disabled:")
    elif LOST.get():
        notice.info(T("app.lost"), icon=":material/search_off:")


if __name__ == "__main__":
    main()
elif __name__ == "app":  # The server reads it once, to learn what it serves.
    from starlette.middleware import Middleware
    from streamlit.starlette import App

    from pages.glossary import served
    from pages.platform import front
    from pages.platform.early import early
    from pages.platform.headers import SafeHeaders, failed
    from pages.platform.hosts import Hosts
    from pages.platform.messages import Messages
    from pages.platform.packed import Packed
    from pages.platform.reruns import lose_nothing
    from pages.platform.uploads import Uploads
    from simplenet.jobs.memory import share_arenas

    share_arenas()
    lose_nothing()
    app = App(
        __file__,
        routes=[*front.routes(), *served.routes()],
        middleware=[Middleware(one) for one in (SafeHeaders, Hosts, Packed, Messages, Uploads)],
        exception_handlers={Exception: failed},
        lifespan=early,
    )
