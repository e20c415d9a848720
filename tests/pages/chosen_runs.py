"""A page of the tests: what can be done with the runs that its address names."""

import streamlit as st


def main():
    from pages.kept.chosen import actions, deleted
    from pages.session import store
    from pages.state import PAGE, VISITOR

    PAGE.set("runs")
    ids = st.query_params["ids"].split(",")
    deleted()
    actions([run for run in store().runs_of(VISITOR.get()) if run.id in ids])


if __name__ == "__main__":  # The worker processes import the main file of their parent.
    main()
