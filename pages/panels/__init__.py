"""The panels of the Gradients page, a file each, and what they share: the settings, the link."""
