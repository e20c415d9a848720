"""CSV: a weight a line, for spreadsheets and for R."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from simplenet.exports.json_file import short
from simplenet.network import SimpleNet

COLUMNS = ("array", "row", "column", "value")


def write(net: SimpleNet, metadata: Mapping[str, Any]) -> bytes:
    """Return a network as CSV: the array, its row, its column, both from 0, and the number.

    A bias is in row 0. What is known of the network has no place in it.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for key, value in net.params.items():
        for i, row in enumerate(short(value.reshape(-1, value.shape[-1]))):
            writer.writerows((key, i, k, number) for k, number in enumerate(row))
    return file.getvalue().encode()
