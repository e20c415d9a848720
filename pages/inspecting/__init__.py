"""What the Inspect page is made of: mistakes, units, map, dream, and what lies between digits."""
