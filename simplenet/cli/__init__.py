"""The command line: a file for what belongs together; `simplenet.__main__` puts them together."""
