"""An hour in which everything that can fail does, once: `make chaos`."""
