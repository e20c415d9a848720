"""What the Train page is made of: the recipe, the progress, the pinned digit, the keeping."""
