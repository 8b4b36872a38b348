"""The attention policy's encoder from exported arrays: the network of ``routeopt.policies.attention`` without torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Instance, Integers
from routeopt.problems.legs import legs
from routeopt.solvers.vrp.neural.arrays import check_shapes
from routeopt.solvers.vrp.neural.features import UNLIMITED, Features

DEPOT, STOP, SEEN = 6, 7, 6  # features of a depot, of a stop, and of a vehicle under way
NORM_EPS = np.float32(1e-5)

ROWS = 128  # of scores at once: what caches hold

Float32 = NDArray[np.float32]
Spread = Callable[[Callable[[int], Any], Iterable[int]], Iterable[Any]]  #: map, or that of a pool of threads


class Layer(NamedTuple):
    """The weights of one layer; matrices have a row for each input."""

    norm_in: Float32
    project: Float32
    output: Float32
    alpha: np.float32
    norm_feed: Float32
    gate: Float32
    up: Float32
    down: Float32


class Weights(NamedTuple):
    """The weights of an attention policy, ready for use."""

    depot: Float32
    stop: Float32
    layers: tuple[Layer, ...]
    norm: Float32
    keys: Float32
    here: Float32
    seen: Float32
    beta: np.float32
    heads: int
    nearest: int
    clip: float


class Memory(NamedTuple):
    """What the decoder needs of a problem of N nodes."""

    here: Float32  # (N, d) what being at a node adds to a query
    key: Float32  # (N, d)
    value: Float32  # (N, d)
    pointer: Float32  # (N, d)
    bias: Float32  # (N, N) of the pointer, for being near
    order: NDArray[np.int32]  # (N, n) stops, the greatest bias first; (N, 0) where all may be scored
    seen: Float32  # (6, d) what is seen of a vehicle
    heads: int
    nearest: int
    clip: float


class Near(NamedTuple):
    """How near nodes are to each other, as a policy is told."""

    legs: Float32  # (N, N) distances in the unit of the features, times log2 N; 0 to depots, which are near to all
    bias: Float32  # (N, N) of the pointer
    order: NDArray[np.int32]  # (N, n) stops, the greatest bias first; (N, 0) where all may be scored


def encode(seen: Features, near: Near, weights: Weights, spread: Spread = map) -> Memory:
    """Return what the decoder needs of a problem; `spread` may try the heads side by side."""
    depots = seen.depots.astype(np.float32)
    h: Float32 = np.concatenate([depots @ weights.depot, seen.stops.astype(np.float32) @ weights.stop])
    for layer in weights.layers:
        h += _attended(h, near.legs, layer, weights.heads, spread) @ layer.output
        fed = _normed(h, layer.norm_feed)
        gated = fed @ layer.gate
        gated /= 1.0 + np.exp(-gated)
        gated *= fed @ layer.up
        h += gated @ layer.down
    h = _normed(h, weights.norm)
    key, value, pointer = np.split(h @ weights.keys, 3, axis=1)
    return Memory(
        h @ weights.here,
        np.ascontiguousarray(key),
        np.ascontiguousarray(value),
        pointer / np.float32(np.sqrt(h.shape[1])),
        near.bias,
        near.order,
        weights.seen,
        weights.heads,
        weights.nearest,
        weights.clip,
    )


def nearness(instance: Instance, unit: float, weights: Weights) -> Near:
    """Return how near the nodes of an instance are, whose lengths are divided by the unit."""
    every: Integers = np.arange(instance.nodes)
    distance, _ = legs(instance, int(instance.profile[0]), every[:, None], every)
    near = np.nan_to_num(distance / unit, posinf=UNLIMITED).astype(np.float32)
    near *= np.log2(np.float32(instance.nodes))
    bias, depots = -weights.beta * near, instance.depots
    order = np.zeros((instance.nodes, 0), np.int32)
    if instance.stops > weights.nearest:
        order = (np.argsort(-bias[:, depots:], axis=1) + depots).astype(np.int32)
    near[:, :depots] = 0.0
    return Near(near, bias, order)


def _attended(h: Float32, close: Float32, layer: Layer, heads: int, spread: Spread) -> Float32:
    """Return what the nodes take from each other, (N, d)."""
    width = h.shape[1] // heads
    query, key, value = np.split(_normed(h, layer.norm_in) @ layer.project, 3, axis=1)
    query *= np.float32(1.0 / np.sqrt(width))
    bias = layer.alpha * close
    taken = np.empty_like(h)

    def attend(head: int) -> None:
        part = slice(head * width, (head + 1) * width)
        for begin in range(0, len(h), ROWS):
            rows = slice(begin, begin + ROWS)
            scores = query[rows, part] @ key[:, part].T
            scores -= bias[rows]
            scores -= scores.max(axis=1, keepdims=True)
            np.exp(scores, out=scores)
            taken[rows, part] = scores @ value[:, part]
            taken[rows, part] /= scores.sum(axis=1, keepdims=True)

    for _ in spread(attend, range(heads)):
        pass
    return taken


def _normed(h: Float32, weight: Float32) -> Float32:
    """Return the rows divided by their root mean square."""
    size = np.einsum("ij,ij->i", h, h)[:, None] / np.float32(h.shape[1])
    normed: Float32 = h * (weight / np.sqrt(size + NORM_EPS))
    return normed


def weights_of(arrays: Mapping[str, NDArray[Any]]) -> Weights:
    """Return the weights of an attention policy in single precision.

    Raises
    ------
    ProblemError
        With one message for each array that is missing or of another shape.
    """
    check_shapes(arrays, _shapes(arrays), "an attention policy")
    units, heads = len(arrays["norm.weight"]), int(arrays["heads"])
    if heads < 1 or units % heads:
        raise ProblemError(f"weights: {heads} heads do not share out {units} units; the file is damaged")

    def matrix(name: str) -> Float32:
        return np.ascontiguousarray(np.asarray(arrays[f"{name}.weight"], np.float32).T)

    layers = tuple(
        Layer(
            matrix(f"layers.{number}.norm_in"),
            matrix(f"layers.{number}.project"),
            matrix(f"layers.{number}.output"),
            np.float32(arrays[f"layers.{number}.alpha"]),
            matrix(f"layers.{number}.norm_feed"),
            matrix(f"layers.{number}.gate"),
            matrix(f"layers.{number}.up"),
            matrix(f"layers.{number}.down"),
        )
        for number in range(_layers(arrays))
    )
    return Weights(
        matrix("depot"),
        matrix("stop"),
        layers,
        matrix("norm"),
        matrix("keys"),
        matrix("here"),
        matrix("seen"),
        np.float32(arrays["beta"]),
        heads,
        int(arrays["nearest"]),
        float(arrays["clip"]),
    )


def _layers(arrays: Mapping[str, NDArray[Any]]) -> int:
    return sum(name.endswith(".project.weight") for name in arrays)


def _shapes(arrays: Mapping[str, NDArray[Any]]) -> dict[str, tuple[int, ...]]:
    """Return the shapes that arrays should have, by the widths of those there are."""
    units = max(1, len(arrays.get("norm.weight", ())))
    inner = max(1, len(arrays.get("layers.0.gate.weight", ())))
    shapes: dict[str, tuple[int, ...]] = {
        "depot.weight": (units, DEPOT),
        "stop.weight": (units, STOP),
        "norm.weight": (units,),
        "keys.weight": (3 * units, units),
        "here.weight": (units, units),
        "seen.weight": (units, SEEN),
        **dict.fromkeys(("beta", "heads", "nearest", "clip"), ()),
    }
    for number in range(max(1, _layers(arrays))):
        shapes |= {
            f"layers.{number}.norm_in.weight": (units,),
            f"layers.{number}.project.weight": (3 * units, units),
            f"layers.{number}.output.weight": (units, units),
            f"layers.{number}.alpha": (),
            f"layers.{number}.norm_feed.weight": (units,),
            f"layers.{number}.gate.weight": (inner, units),
            f"layers.{number}.up.weight": (inner, units),
            f"layers.{number}.down.weight": (units, inner),
        }
    return shapes
