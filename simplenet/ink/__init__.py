"""From a drawing or a photo to what the network was trained on."""

from simplenet.ink.canvas import NoInkError, canvas_to_input

__all__ = ["NoInkError", "canvas_to_input"]
