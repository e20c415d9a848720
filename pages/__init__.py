"""What a person sees: a file a page, and in `parts/` what the pages share."""
