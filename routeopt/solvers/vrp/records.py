"""Names for what kernels hold: arrays of records, one record, a matrix of legs, an index.

What a kernel must know about a node or a route is one record, so that it lies in one cache line.
Indices go through `U`: numba drops the test for negative ones when they are unsigned.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

U = np.uintp
Matrix = NDArray[np.int32]
Records = NDArray[np.void]
Record = Any  # one element of such an array, by reference

PLACE = np.dtype(
    [
        ("x", np.float64),
        ("y", np.float64),
        ("factor", np.float64),  # inner units per unit of length
        ("opening", np.int32),  # half the cost of a vehicle, at a depot
        ("metric", np.int16),
        ("rounding", np.int16),
    ]
)  #: where a node is, and how its legs are measured
