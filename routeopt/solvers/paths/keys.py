"""Keys: a distance and a node in one whole number of 64 bits, which all searches share.

The low `bits` of a key name a node, the others hold a distance in whole units. Keys compare as distances do, so
a queue of them is one array. An arc is kept likewise, as its weight and its head: the key of what an arc
reaches is the key of its tail without the node, plus the arc.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]
U = np.uintp  # indices go through it: numba drops the test for negative ones when they are unsigned

UNREACHED = 1 << 62  #: the label of a node that no search has reached; adding any arc to it does not overflow
LARGEST = 1 << 58  #: no sum of weights along a path, as a key, is larger


def node_bits(nodes: int) -> int:
    """Return how many low bits of a key name one of so many nodes."""
    return max(1, nodes.bit_length())


def pack(weight: NDArray[np.int64], node: NDArray[np.int32], bits: int) -> Keys:
    """Return the keys of weights and nodes."""
    return (weight.astype(np.int64) << bits) | node
