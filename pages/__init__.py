"""What a person sees: a file a page, and folders for what pages are made of."""
