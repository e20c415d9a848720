"""A class at one server: visitors at Streamlit's own protocol, without a browser."""
