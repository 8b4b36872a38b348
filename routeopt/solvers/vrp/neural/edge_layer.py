"""What lies between the matrix products of a layer of the edge scorer, in one pass over the edges.

Loops are short and over few arrays each, so that the compiler makes vectors of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import config, types
from numba.extending import intrinsic

from routeopt.solvers.compiled import inlined, kernel

LANES = 16  # of sums that are added up beside each other: widths of the network are multiples of it

_ONE, _HALF, _SMALL = np.float32(1.0), np.float32(0.5), np.float32(1e-5)
_LOG2_E, _MOST = np.float32(1.4426950408889634), np.float32(120.0)
# 2 ** f for f from -1/2 to 1/2, by Chebyshev interpolation: within 1e-7
_C0, _C1, _C2 = np.float32(1.0000000754895704), np.float32(0.6931471880289533), np.float32(0.2402210749)
_C3, _C4, _C5 = np.float32(0.05550357114), np.float32(0.009676031918), np.float32(0.001339086336)


def _float_of_bits(_context: Any, _bits: Any) -> Any:
    """Return the type of a float32, and what reads the bits of an int32 as one."""

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.float32))

    return types.float32(types.int32), generate


def _view(bits: Any) -> Any:
    return np.int32(bits).view(np.float32)


float_of_bits = _view if config.DISABLE_JIT else intrinsic(_float_of_bits)


@inlined
def sigmoid(x):
    """Return 1 / (1 + exp(-x)), within a few units of the last place of a float32."""
    y = min(max(-x * _LOG2_E, -_MOST), _MOST)
    whole = np.floor(y + _HALF)
    f = y - whole
    power = _C0 + f * (_C1 + f * (_C2 + f * (_C3 + f * (_C4 + f * _C5))))
    return _ONE / (_ONE + power * float_of_bits(np.int32((np.int32(whole) + np.int32(127)) << np.int32(23))))


@kernel
def exchange(heads, depots, message, tail, head, between, e, sent, weight, bias):
    """Bring the edges up to date, and add up what nodes are sent over the edges as they were.

    Parameters
    ----------
    heads : (n, C) int32
        Candidates of each stop, the depots first.
    depots : int
        How many there are.
    message, tail, head : (N, units) float32
        Made of the nodes.
    between : (n C, units) float32
        Made of the edges; overwritten.
    e : (n C, units) float32
        Brought up to date in place.
    sent : (N, units) float32
        Overwritten: the mean of the gated messages of each node.
    weight, bias : (units,) float32
        Of the norm of edges, whose mean is 0 already.
    """
    stops, candidates = heads.shape
    units = e.shape[1]
    lanes = np.zeros(LANES, np.float32)
    gate = np.zeros(units, np.float32)
    sent[:] = np.float32(0.0)
    for i in range(stops):
        stop = depots + i
        for c in range(candidates):
            j, row = heads[i, c], i * candidates + c
            for u in range(units):
                gate[u] = sigmoid(e[row, u])
            for u in range(units):
                sent[stop, u] += gate[u] * message[j, u]
            if j < depots:
                for u in range(units):
                    sent[j, u] += gate[u] * message[stop, u]
            for u in range(units):
                between[row, u] += tail[stop, u] + head[j, u]
            lanes[:] = np.float32(0.0)
            for begin in range(0, units, LANES):
                for lane in range(LANES):
                    lanes[lane] += between[row, begin + lane] * between[row, begin + lane]
            total = np.float32(0.0)
            for lane in range(LANES):
                total += lanes[lane]
            scale = _ONE / np.sqrt(total / np.float32(units) + _SMALL)
            for u in range(units):
                gate[u] = between[row, u] * scale * weight[u] + bias[u]
            for u in range(units):
                e[row, u] += gate[u] * sigmoid(gate[u])
    for stop in range(depots, depots + stops):
        for u in range(units):
            sent[stop, u] /= np.float32(candidates)
    for j in range(depots):
        for u in range(units):
            sent[j, u] /= np.float32(stops)
