"""MATLAB and Octave: a MAT-file, version 5."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from scipy.io import savemat

from simplenet.network import SimpleNet


def write(net: SimpleNet, metadata: Mapping[str, Any]) -> bytes:
    """Return a network as a MAT-file with the matrices W1 and W2 and the rows b1 and b2.

    In MATLAB, with one image a row: ``a1 = 1 ./ (1 + exp(-(x * W1 + b1)))``,
    ``s2 = a1 * W2 + b2``, ``y = exp(s2) ./ sum(exp(s2), 2)``.
    """
    file = io.BytesIO()
    savemat(file, net.params, oned_as="row", do_compression=True)
    return file.getvalue()
