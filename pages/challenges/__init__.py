"""The challenges of the Learn page: what each asks for, and how it is checked."""
