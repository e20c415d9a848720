"""Plotly figures, as pure functions from what was measured."""
