"""The Learn page: a course of short lessons, each a question first."""

from __future__ import annotations

import streamlit as st

from pages.challenges.shown import challenges
from pages.components.lesson import begin
from pages.glossary.listed import all_words
from pages.language import T
from pages.lessons.frame import course, lesson_shown, open_lesson
from pages.lessons.order import LESSONS
from pages.platform.choice import choose_one
from pages.platform.first_visit import run_page
from pages.session import browser_told
from pages.state import (
    KEEPING,
    LEARN_PART,
    LESSON,
    Component,
    Place,
    Widget,
    clear_link,
    lesson_key,
    one_of,
)

GROUND = {
    name: st.get_option(f"theme.{name}.secondaryBackgroundColor") for name in ("light", "dark")
}

STYLE = f"""<style>
/* Where the picture comes is kept free for it. */
.st-key-{Place.LESSON_PICTURE} {{ max-width: 600px; aspect-ratio: 16 / 9; gap: 0; }}
.st-key-{Place.LESSON_PICTURE}:has(svg) {{ aspect-ratio: auto; }}
.st-key-{Place.LESSON} :is(p, h2) {{ max-width: 40rem; }}
.st-key-{Place.LESSON} :is(.stSlider, .stCode, .stHorizontalBlock) {{ max-width: 600px; }}
.st-key-{Place.LESSON} > .stElementContainer > .stHeading {{ margin-top: -1rem; }}
.st-key-{Place.LESSON_ANSWER} {{
  max-width: 600px; padding: 0.75rem 1rem; border-radius: 0.5rem;
  background: light-dark({GROUND["light"]}, {GROUND["dark"]}); border-left: 4px solid #4c7ef3;
}}
.st-key-{Component.LESSON_BEGIN} {{ display: none; }}
/* What comes after a guess comes below it: nothing is held where it was by scrolling down. */
[data-testid="stMain"] {{ overflow-anchor: none; }}
.st-key-{Place.LESSON_PATH} button {{ text-align: left; justify-content: flex-start; }}
/* The path stays at hand while one reads. */
@media (min-width: 641px) {{
  .stColumn:has(.st-key-{Place.LESSON_PATH}) > div {{ position: sticky; top: 4.5rem; }}
}}
/* On a phone the path comes below, out of sight: what the browser has kept comes a moment later,
   and would push it down before one's eyes. */
@media (max-width: 640px) {{ .st-key-{Place.LESSON} {{ min-height: calc(100vh - 6rem); }} }}
@media print {{
  :root, .stApp {{ color-scheme: light !important; }}
  .stApp, .stMain * {{
    --st-text-color: #1b2333; --st-background-color: #fff; --st-border-color: #c9ced8;
  }}
  body, .stApp, .stMain, .stMain :is(pre, code) {{ background: #fff !important; }}
  .stMain :is(p, h1, h2, li, pre, code, span:not(.katex *), strong) {{ color: #1b2333 !important; }}
  header, [data-testid="stHeader"], [data-testid="stSidebar"], .stSlider, .stButtonGroup, .away,
  .stMain button:not(.lesson-symbols *), .stColumn:has(.st-key-{Place.LESSON_PATH}),
  .stCode > pre + div, .stElementContainer:has(.stSlider, .stButtonGroup),
  [data-testid="stLayoutWrapper"]:has(> .st-key-{Place.LESSON_ON}) {{
    display: none !important;
  }}
  .lesson-symbols button {{ min-height: 1.7rem !important; }}
  /* A lesson is a page of paper. */
  .stMainBlockContainer {{ padding: 0 !important; zoom: 0.75; }}
  .stMain .stVerticalBlock {{ gap: 0.5rem !important; }}
  .stCode pre {{ padding: 0.1rem 0.75rem !important; }}
  .st-key-{Place.LESSON_PICTURE} {{ max-width: 500px; }}
  .st-key-{Place.LESSON} :is(p, .stCode) {{ max-width: none; }}
  .stColumn {{ width: 100% !important; flex: 1 1 100% !important; }}
  .st-key-{Place.LESSON_PICTURE}, .stCode {{ break-inside: avoid; }}
  .stElementContainer:is(:has(+ .stElementContainer .stCode), :has(.stCode)) {{
    break-after: avoid;
  }}
}}
</style>"""


COMING = '<div data-testid="stSkeleton" style="height: 22rem"></div>'
"""Keeps the place of a lesson; the page is shown once it is gone, see `front.js`."""


def page() -> None:
    """Show the page."""
    st.html(STYLE)
    names = {
        "course": T("learn.course"),
        "challenges": T("learn.challenges"),
        "words": T("learn.words"),
    }
    LEARN_PART.follow(one_of(names))
    part = choose_one(LEARN_PART, T("learn.part"), names, labelled=False, on_change=clear_link)
    {"course": lessons, "challenges": challenges, "words": all_words}[part]()


def lessons() -> None:
    """Show the course: the chosen lesson, and the path of all."""
    LESSON.follow(one_of({name: name for name in LESSONS}))
    names = list(LESSONS)
    last = course().last
    name = LESSON.get() or (last if last in LESSONS else names[0])
    LESSON.keep(LESSON.get())
    at = names.index(name)
    following = LESSONS[names[at + 1]] if at + 1 < len(names) else None
    main, beside = st.columns([2, 1], gap="large")
    with main, st.container(key=Place.LESSON):
        if (LESSON.get() and name in course().entries) or browser_told():
            lesson_shown(LESSONS[name], at + 1, following)
            begin(name, answered=name in course().entries)
        else:  # Which one is open, and what was guessed, the browser knows: it tells in a moment.
            st.html(COMING)
    with beside:
        path(name)


def path(shown: str) -> None:
    """Show the lessons in their order: which are finished, and which one is open."""
    entries = course().entries
    done = sum(entries[name].finished for name in LESSONS if name in entries)
    st.caption(T("learn.intro", n=len(LESSONS)))
    st.markdown(T("learn.path", done=done, all=len(LESSONS)))
    with st.container(gap=None, key=Place.LESSON_PATH):
        for n, (name, lesson) in enumerate(LESSONS.items(), start=1):
            finished = name in entries and entries[name].finished
            words = f"{n}. {lesson.title()}"
            st.button(
                f"**{words}**" if name == shown else words,
                type="tertiary",
                icon=":material/check_circle:" if finished else ":material/circle:",
                key=lesson_key(name),
                on_click=open_lesson,
                args=(name,),
            )
    if done == len(LESSONS):
        guesses = [(LESSONS[name], entries[name].guess) for name in LESSONS]
        made = [(lesson, guess) for lesson, guess in guesses if lesson.can_be(guess)]
        good = sum(lesson.is_good(guess) for lesson, guess in made if guess is not None)
        st.success(T("learn.all_done", good=good, n=len(made)), icon=":material/flag:")
    if entries:
        with st.popover(T("learn.over"), type="tertiary", icon=":material/restart_alt:"):
            st.markdown(T("learn.over_words"))
            st.button(
                T("learn.forget"),
                key=Widget.LESSON_FORGET,
                on_click=KEEPING.get().study,
                args=(course().without(LESSONS),),
            )
    if KEEPING.get().problem:
        st.caption(T("learn.not_kept"))


run_page(page)
