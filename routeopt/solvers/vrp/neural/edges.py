"""Scores of edges from exported arrays: the network of ``routeopt.policies.edges`` without torch.

Matrix products are NumPy's; what lies between them is one pass of a kernel over the edges of each layer. The mean that
layer norm takes away is taken out of the weights beforehand, for what they make is linear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Instance
from routeopt.solvers.vrp.neural.arrays import check_shapes
from routeopt.solvers.vrp.neural.edge_features import (
    EDGE,
    NEAREST,
    NODE,
    EdgeGraph,
    Float32,
    Int32,
    edge_graph,
    places_back,
)
from routeopt.solvers.vrp.neural.edge_layer import LANES, exchange

NORM_EPS = np.float32(1e-5)  # of torch's layer norm


Affine = tuple[Float32, Float32]  # a matrix whose rows are inputs, or a norm's weights, and a bias


class Layer(NamedTuple):
    """The weights of one layer."""

    of_nodes: tuple[Affine, ...]  # self, message, tail and head
    of_edges: Float32
    node_norm: Affine
    edge_norm: Affine


class Network(NamedTuple):
    """The weights of an edge scorer, ready for use."""

    nodes: Affine
    edges: Affine
    layers: tuple[Layer, ...]
    hidden: Affine
    ends: tuple[Float32, Float32]  # tail and head
    scores: Float32


class EdgeProbabilities(NamedTuple):
    """What the scorer says of the candidates of each of n stops."""

    heads: Int32  # (n, C) nodes: the depots, then the nearest stops
    behind: Float32  # (n, C) logarithm of the probability that the candidate comes behind the stop
    before: Float32  # (n, C) and before it


def score_edges(
    instance: Instance, arrays: Mapping[str, NDArray[Any]], nearest: int = NEAREST
) -> tuple[Int32, Float32]:
    """Return the nearest stops of each stop in the order of their scores, and the scores.

    Parameters
    ----------
    instance : Instance
        A problem with n stops, one at least.
    arrays : mapping of str to array
        What ``routeopt export`` wrote for an edge scorer.
    nearest : int
        Stops looked at around each stop: k, or fewer where there are no more.

    Returns
    -------
    neighbours : (n, k) int32
        Nodes, for each stop those first that are most likely next to it.
    score : (n, k) float32
        Logarithm of the probability that one comes next behind the other: the mean over both directions, and over
        what each of the two stops says of the other, which is nothing where it has other candidates.

    Raises
    ------
    ProblemError
        The arrays are not those of an edge scorer.
    """
    found = edge_probabilities(instance, arrays, nearest)
    near = found.heads[:, instance.depots :]
    said = 0.25 * (np.exp(found.behind) + np.exp(found.before))[:, instance.depots :]
    other = near.astype(np.int64) - instance.depots
    heard = np.pad(said, ((0, 0), (0, 1)))[other, places_back(other)]
    score = np.log(said + heard)
    order = np.argsort(-score, axis=1, kind="stable")
    return np.take_along_axis(near, order, axis=1), np.take_along_axis(score, order, axis=1)


def edge_probabilities(
    instance: Instance, arrays: Mapping[str, NDArray[Any]], nearest: int = NEAREST
) -> EdgeProbabilities:
    """Return what the scorer says of each stop's depots and nearest stops; parameters as of `score_edges`."""
    graph = edge_graph(instance, nearest)
    scores = forward(graph, arrays)
    scores -= scores.max(axis=1, keepdims=True)
    scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return EdgeProbabilities(graph.heads, scores[:, :, 0], scores[:, :, 1])


def forward(graph: EdgeGraph, arrays: Mapping[str, NDArray[Any]]) -> Float32:
    """Return scores (n, C, 2) of the candidates of each stop, behind it and before it.

    Raises
    ------
    ProblemError
        The arrays are not those of an edge scorer.
    """
    network = network_of(arrays)
    stops, candidates = graph.heads.shape
    h: Float32 = graph.nodes @ network.nodes[0] + network.nodes[1]
    e: Float32 = graph.edges.reshape(stops * candidates, EDGE) @ network.edges[0] + network.edges[1]
    sent, between = np.empty_like(h), np.empty_like(e)
    for layer in network.layers:
        own, message, tail, head = (h @ matrix + bias for matrix, bias in layer.of_nodes)
        np.matmul(e, layer.of_edges, out=between)
        exchange(graph.heads, graph.depots, message, tail, head, between, e, sent, *layer.edge_norm)
        own += sent
        h += _silu(_normed(own, layer.node_norm))
    tail, head = (h @ matrix for matrix in network.ends)
    np.matmul(e, network.hidden[0], out=between)
    hidden = between.reshape(stops, candidates, -1)
    hidden += (tail[graph.depots :] + network.hidden[1])[:, None]
    hidden += head[graph.heads]
    scores: Float32 = _silu(hidden) @ network.scores
    return scores


def _normed(x: Float32, norm: Affine) -> Float32:
    """Return layer norm of each row."""
    normed = x - x.mean(axis=1, keepdims=True)
    np.divide(normed, np.sqrt((normed * normed).mean(axis=1, keepdims=True) + NORM_EPS), out=normed)
    normed *= norm[0]
    normed += norm[1]
    return normed


def _silu(x: Float32) -> Float32:
    with np.errstate(over="ignore"):  # what is far below 0 becomes 0
        beneath = np.exp(-x)
    beneath += np.float32(1.0)
    return np.divide(x, beneath, out=beneath)


def network_of(arrays: Mapping[str, NDArray[Any]]) -> Network:
    """Return the weights of an edge scorer in single precision, with the means of edge norms taken out.

    Raises
    ------
    ProblemError
        With one message for each array that is missing or of another shape.
    """
    units = len(arrays["nodes.bias"]) if "nodes.bias" in arrays else 0
    layers = sum(name.endswith(".of_edges.weight") for name in arrays)
    shapes = _shapes(units, layers)
    check_shapes(arrays, shapes, "an edge scorer")
    if not layers or not units or units % LANES:
        raise ProblemError(f"weights: {layers} layers of {units} units are no edge scorer")
    plain = {name: np.asarray(arrays[name], np.float32) for name in shapes}

    def affine(name: str) -> Affine:
        return np.ascontiguousarray(plain[f"{name}.weight"].T), plain[f"{name}.bias"]

    return Network(
        affine("nodes"),
        affine("edges"),
        tuple(_layer(plain, f"layers.{number}.", affine) for number in range(layers)),
        affine("hidden"),
        (
            np.ascontiguousarray(plain["ends.weight"][:units].T),
            np.ascontiguousarray(plain["ends.weight"][units:].T),
        ),
        np.ascontiguousarray(plain["scores.weight"].T),
    )


def _layer(plain: Mapping[str, Float32], name: str, affine: Callable[[str], Affine]) -> Layer:
    """Return a layer; whatever the norm of edges is taken of has mean 0 over the units."""
    matrix, bias = affine(f"{name}of_nodes")
    parts = [
        (np.ascontiguousarray(part), part_bias)
        for part, part_bias in zip(np.split(matrix, 4, axis=1), np.split(bias, 4), strict=True)
    ]
    for which in (2, 3):
        part, part_bias = parts[which]
        parts[which] = (part - part.mean(axis=1, keepdims=True), part_bias - part_bias.mean())
    of_edges = plain[f"{name}of_edges.weight"].T
    return Layer(
        tuple(parts),
        np.ascontiguousarray(of_edges - of_edges.mean(axis=1, keepdims=True)),
        (plain[f"{name}node_norm.weight"], plain[f"{name}node_norm.bias"]),
        (plain[f"{name}edge_norm.weight"], plain[f"{name}edge_norm.bias"]),
    )


def _shapes(units: int, layers: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array of a network."""
    shapes: dict[str, tuple[int, ...]] = {"ends.weight": (2 * units, units), "scores.weight": (2, units)}
    for name, rows, columns in (
        ("nodes", units, NODE),
        ("edges", units, EDGE),
        ("hidden", units, units),
        *((f"layers.{number}.of_nodes", 4 * units, units) for number in range(layers)),
    ):
        shapes |= {f"{name}.weight": (rows, columns), f"{name}.bias": (rows,)}
    for number in range(layers):
        shapes[f"layers.{number}.of_edges.weight"] = (units, units)
        for norm in ("node_norm", "edge_norm"):
            shapes |= {f"layers.{number}.{norm}.{part}": (units,) for part in ("weight", "bias")}
    return shapes
