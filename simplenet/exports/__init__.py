"""Networks for other programs, and back: a file a format, and reading what others wrote."""

from simplenet.exports.formats import FORMATS, Format, exported
from simplenet.exports.reading import read_network

__all__ = ["FORMATS", "Format", "exported", "read_network"]
