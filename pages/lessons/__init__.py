"""The lessons of the Learn page, a file each, and what each of them goes through."""
