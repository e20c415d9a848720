"""What each lesson goes through: guess, answer, picture, formula, code, and the ways on."""

from __future__ import annotations

import streamlit as st

from pages.components.lesson import formula, picture
from pages.components.sketch import sketch, sketched
from pages.course import Course, Guess
from pages.language import T
from pages.lessons.lesson import Choice, Lesson, Shown, Sketch, Slide
from pages.platform.place import place
from pages.state import KEEPING, LESSON, Place, Widget, clear_link, guess_field
from simplenet.study.microscope import source_of


def course() -> Course:
    """Return how far the visitor is."""
    return KEEPING.get().course or Course()


def lesson_shown(lesson: Lesson, number: int, following: Lesson | None) -> None:
    """Show a lesson; what comes after the guess is there once there was one."""
    st.header(f"{number}. {lesson.title()}", anchor=False)
    st.markdown(lesson.question())
    entry = course().entries.get(lesson.name)
    if entry is None:
        ask(lesson)
        return
    guess = entry.guess if lesson.can_be(entry.guess) else None
    answer(lesson, guess)
    st.fragment(playing)(lesson, guess)
    st.caption(T("learn.code"))
    for path, line, code in source_of(lesson.code):
        st.code(code, language="python", wrap_lines=True)
        st.caption(T("microscope.code", path=path, line=line))
    if lesson.aside:
        st.markdown(lesson.aside())
    on(lesson, following)


def ask(lesson: Lesson) -> None:
    """Show the field for the guess, and the buttons below it."""
    field = guess_field(lesson.name)
    guess: Guess
    match lesson.guess:
        case Choice() as choice:
            names = choice.names()
            guess = st.pills(
                T("learn.your_guess"),
                list(names),
                format_func=names.__getitem__,
                key=field.name,
                label_visibility="collapsed",
                wrap=True,
            )
        case Slide() as slide:
            guess = st.slider(
                T("learn.your_guess"),
                slide.low,
                slide.high,
                slide.first,
                slide.step,
                format=slide.format,
                key=field.name,
                label_visibility="collapsed",
            )
        case Sketch() as sheet:
            guess = sheet.first
            svg, plane = sheet.sheet()
            sketch(svg, plane, sheet.x, guess, labels=sheet.labels(), alt=T("learn.sketch"))
            st.caption(T("learn.sketch_how"))
    with st.container(horizontal=True, key=Place.LESSON_GUESS):
        st.button(
            T("learn.guess"),
            type="primary",
            icon=":material/check:",
            key=Widget.LESSON_GUESS,
            disabled=guess is None,
            on_click=guessed,
            args=(lesson,),
        )
        st.button(
            T("learn.show"),
            type="tertiary",
            key=Widget.LESSON_SHOW,
            on_click=shown_anyway,
            args=(lesson,),
        )


def guessed(lesson: Lesson) -> None:
    """Remember the guess, as the field has it now: its last change may have come just before."""
    guess = guess_field(lesson.name).get()
    if isinstance(lesson.guess, Sketch):
        guess = sketched(len(lesson.guess.x)) or lesson.guess.first
    KEEPING.get().study(course().guessed(lesson.name, guess))


def shown_anyway(lesson: Lesson) -> None:
    """Remember that there was no guess."""
    KEEPING.get().study(course().guessed(lesson.name, None))


def answer(lesson: Lesson, guess: Guess) -> None:
    """Show the answer beside the guess, and why it is so."""
    truth = lesson.say(lesson.truth())
    if guess is None:
        said, icon = T("learn.truth", truth=truth), ":material/lightbulb:"
    elif lesson.is_good(guess):
        said = T("learn.good", guess=lesson.say(guess), truth=truth)
        icon = ":material/check_circle:"
    else:
        said = T("learn.said", guess=lesson.say(guess), truth=truth)
        icon = ":material/lightbulb:"
    with st.container(key=Place.LESSON_ANSWER):
        st.markdown(f"{icon} {said}{lesson.because()}")


def playing(lesson: Lesson, guess: Guess) -> None:
    """Show the picture with its controls, and the formula that belongs to it."""
    seen, controls, told = st.container(key=Place.LESSON_PICTURE), st.container(), place()
    with controls:
        shown: Shown = lesson.play(guess)
    with seen:
        picture(shown.svg, shown.alt, shown.numbers, shown.cells, shown.on_pick)
    with told:
        st.markdown(shown.told)
    formula(lesson.formula, lesson.symbols, shown.parts)


def on(lesson: Lesson, following: Lesson | None) -> None:
    """Show the ways on: to where something is to be done, and to the next lesson."""
    st.markdown(lesson.doing())
    with st.container(horizontal=True, key=Place.LESSON_ON):
        if st.button(
            lesson.door(), type="primary", icon=":material/open_in_new:", key=Widget.LESSON_DO
        ):
            finish(lesson, None)
            lesson.way.go()
        st.button(
            T("learn.next", title=following.title()) if following else T("learn.finish"),
            icon=":material/arrow_forward:" if following else ":material/flag:",
            icon_position="right",
            key=Widget.LESSON_NEXT,
            on_click=finish,
            args=(lesson, following),
        )


def finish(lesson: Lesson, following: Lesson | None) -> None:
    """Remember that a lesson is done, and open the next one, if there is one."""
    KEEPING.get().study(course().finished(lesson.name, following.name if following else None))
    if following:
        open_lesson(following.name)


def open_lesson(name: str) -> None:
    """Open a lesson; its address holds nothing of the one before."""
    clear_link()
    LESSON.choose(name)
