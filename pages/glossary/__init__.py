"""The words of the field: what each means, wherever it stands, and all of them as a list."""
