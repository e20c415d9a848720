"""What Streamlit needs around the pages: the menu, the first visit, checks of what comes in."""
