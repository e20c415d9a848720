"""The challenges as a part of the Learn page: the path of all, and the one that is open."""

from __future__ import annotations

import streamlit as st

from pages.challenges.order import TASKS
from pages.challenges.task import Task
from pages.challenges.trainings import all_reached
from pages.language import T
from pages.lessons.frame import course
from pages.state import CHALLENGE, KEEPING, Place, Widget, challenge_key, one_of

PREFIX = "challenge_"
"""Begins the name under which the course keeps a solved challenge."""


def challenges() -> None:
    """Show the challenge that is open, beside it all of them."""
    solve(*all_reached())
    CHALLENGE.follow(one_of({name: name for name in TASKS}))
    name = CHALLENGE.get() or next((n for n in TASKS if not is_solved(n)), next(iter(TASKS)))
    CHALLENGE.keep(CHALLENGE.get())
    main, beside = st.columns([2, 1], gap="large")
    with main, st.container(key=Place.LESSON):
        challenge(name, TASKS[name])
    with beside:
        path(name)


def is_solved(name: str) -> bool:
    """Return whether a challenge was ever solved in this browser."""
    return PREFIX + name in course().entries


def solve(*names: str) -> None:
    """Remember that challenges are solved, and run the page again if one is new.

    The page tells the browser what to keep as it begins, so a new one needs another run.
    """
    new = [name for name in names if not is_solved(name)]
    for name in new:
        KEEPING.get().study(course().finished(PREFIX + name, course().last))
    if new:
        st.rerun()


def challenge(name: str, task: Task) -> None:
    """Show a challenge: what is asked for, what is missing, and what there is to learn from it."""
    st.header(task.title(), anchor=False)
    st.markdown(task.words())
    told = task.check()
    if told.solved:
        solve(name)
    with st.container(key=Place.LESSON_ANSWER):
        if is_solved(name):
            st.markdown(f":material/check_circle: **{T('challenge.solved')}** {task.why()}")
        if told.solved or not is_solved(name):  # What was solved once misses nothing.
            st.markdown(told.words)
    following = next((other for other in TASKS if not is_solved(other)), None)
    with st.container(horizontal=True, key=Place.LESSON_ON):
        if is_solved(name) and following:
            st.button(
                T("challenge.next", title=TASKS[following].title()),
                type="primary",
                icon=":material/arrow_forward:",
                icon_position="right",
                key=Widget.CHALLENGE_NEXT,
                on_click=CHALLENGE.choose,
                args=(following,),
            )
        if task.way and st.button(
            T("challenge.go"),
            type="secondary" if is_solved(name) else "primary",
            icon=":material/open_in_new:",
            key=Widget.CHALLENGE,
        ):
            task.way.go()
        with st.popover(T("challenge.hint"), icon=":material/lightbulb:"):
            st.markdown(task.hint())


def path(shown: str) -> None:
    """Show all challenges: which are solved, and which one is open."""
    solved = sum(map(is_solved, TASKS))
    st.caption(T("challenge.intro", n=len(TASKS)))
    st.markdown(T("challenge.path", done=solved, all=len(TASKS)))
    with st.container(gap=None, key=Place.LESSON_PATH):
        for name, task in TASKS.items():
            done = is_solved(name)
            st.button(
                f"**{task.title()}**" if name == shown else task.title(),
                type="tertiary",
                icon=":material/check_circle:" if done else ":material/circle:",
                key=challenge_key(name),
                on_click=CHALLENGE.choose,
                args=(name,),
            )
