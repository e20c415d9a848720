"""Streamlit components, a folder each: its Python, its JavaScript, its style."""
