"""The page My runs: the list, what can be done with a run, and runs compared."""
