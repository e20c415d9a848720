"""How fast it is: measured against the hardware's floor and against peers, in one run."""
