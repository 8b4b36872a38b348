"""The network: an encoder of the problem, run once, and a decoder that scores the next node, run for each.

A transformer encoder after RouteFinder (Berto et al. 2025): rows of depots carry what holds for the whole problem, no
projection has a bias, so that an attribute that is not in use adds exactly nothing; blocks normalise first, by root
mean square, and feed forward by SwiGLU. Attention between stops is biased by their distance times ``log2 N``, as in
ICAM (Zhou et al. 2024), in each layer by one learned number; so is the decoder's pointer. In the encoder no depot is
far from anyone, because its row concerns all.

With d units, H heads and N nodes the forward pass is, in the names of the weights,

======================  =======================================================================================
``h``                   rows of depots times ``depot``, rows of stops times ``stop``
``near[i, j]``          ``log2 N`` times the leg from i to j; ``close`` is the same, but 0 where j is a depot
each layer              ``q, k, v = project(norm_in(h))``;
                        ``h += output(softmax(q·k / sqrt(d/H) - alpha close) v)``, H heads in parallel;
                        ``g = norm_feed(h)``; ``h += down(silu(gate(g)) * up(g))``
after the last          ``h = norm(h)``; ``k, v, p = keys(h)``; ``c = here(h)``
each step, from i       ``q = c[i] + seen(s)`` with s of the vehicle;
                        ``g = softmax(q·k / sqrt(d/H)) v`` over the candidates, H heads;
                        ``score[j] = clip tanh(g·p[j] / sqrt(d)) - beta near[i, j]``
======================  =======================================================================================

s is the available load, the time, the remaining distance, the available load for pickups, and x and y of the depot of
the route. Candidates are the allowed depots, and the allowed stops that are no farther than the `nearest`-th of them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from tensordict import TensorDict
from torch import Tensor, nn
from torch.nn import functional as F

from routeopt.solvers.vrp.neural.attention import DEPOT, SEEN, STOP

# At first, a policy that knows nothing yet mostly goes to near nodes:
NEAR = 1.0  # the weight of being near in the layers,
POINTER = 4.0  # in the pointer,
FAINT = 0.1  # and the size of what else the pointer prefers, of its usual


class Memory(NamedTuple):
    """What the decoder keeps of problems ``(B, …)``."""

    here: Tensor  # (B, N, d) what being at a node adds to a query
    key: Tensor  # (B, H, N, d / H)
    value: Tensor  # (B, H, N, d / H)
    pointer: Tensor  # (B, d, N)
    bias: Tensor  # (B, N, N) of the pointer, for being near


class Block(nn.Module):
    """A layer of the encoder."""

    def __init__(self, units: int, heads: int, inner: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_in = nn.RMSNorm(units, eps=1e-5)
        self.project = nn.Linear(units, 3 * units, bias=False)
        self.output = nn.Linear(units, units, bias=False)
        self.alpha = nn.Parameter(torch.tensor(NEAR))
        self.norm_feed = nn.RMSNorm(units, eps=1e-5)
        self.gate = nn.Linear(units, inner, bias=False)
        self.up = nn.Linear(units, inner, bias=False)
        self.down = nn.Linear(inner, units, bias=False)

    def forward(self, h: Tensor, close: Tensor, padding: Tensor) -> Tensor:
        """Return the next rows ``(B, N, d)``; `padding` ``(B, 1, N)`` is -inf for nodes that are none, else 0."""
        query, key, value = (heads(part, self.heads) for part in self.project(self.norm_in(h)).chunk(3, -1))
        bias = (padding - self.alpha * close).unsqueeze(1)
        attended = F.scaled_dot_product_attention(query, key, value, bias.to(query.dtype))
        h = h + self.output(attended.transpose(1, 2).flatten(2))
        rows = self.norm_feed(h)
        fed: Tensor = h + self.down(F.silu(self.gate(rows)) * self.up(rows))
        return fed


class Network(nn.Module):
    """Encoder and decoder.

    Parameters
    ----------
    units, heads, layers, inner : int
        Width, attention heads, blocks of the encoder, and width between their two feed-forward projections.
    nearest : int
        So many allowed stops, the nearest, may come next.
    clip : float
        What the pointer prefers is between -clip and clip.
    """

    def __init__(
        self,
        units: int = 128,
        heads: int = 8,
        layers: int = 6,
        inner: int = 512,
        nearest: int = 50,
        clip: float = 10.0,
    ) -> None:
        super().__init__()
        self.heads, self.nearest, self.clip = heads, nearest, clip
        self.depot = nn.Linear(DEPOT, units, bias=False)
        self.stop = nn.Linear(STOP, units, bias=False)
        self.layers = nn.ModuleList(Block(units, heads, inner) for _ in range(layers))
        self.norm = nn.RMSNorm(units, eps=1e-5)
        self.keys = nn.Linear(units, 3 * units, bias=False)
        self.here = nn.Linear(units, units, bias=False)
        self.seen = nn.Linear(SEEN, units, bias=False)
        with torch.no_grad():
            self.keys.weight[2 * units :] *= FAINT
        self.beta = nn.Parameter(torch.tensor(POINTER))

    def encode(self, td: TensorDict) -> Memory:
        """Return what the decoder needs of problems ``(B,)``, in the state that the environment resets them to."""
        depots, stops = rows(td)
        h = torch.cat([self.depot(depots), self.stop(stops)], -2)
        near = td["legs"] * td["nodes"].to(h.dtype).log2().unsqueeze(-1)
        close = torch.cat(
            [torch.zeros_like(near[..., : depots.shape[-2]]), near[..., depots.shape[-2] :]], -1
        )
        node = torch.arange(h.shape[1], device=h.device)
        padding = torch.zeros_like(near[:, :1]).masked_fill(node >= td["nodes"].unsqueeze(-1), -math.inf)
        for layer in self.layers:
            h = layer(h, close, padding)
        h = self.norm(h)
        key, value, pointer = self.keys(h).chunk(3, -1)
        pointer = pointer.transpose(1, 2) / math.sqrt(h.shape[-1])
        return Memory(
            self.here(h), heads(key, self.heads), heads(value, self.heads), pointer, -self.beta * near
        )

    def scores(self, memory: Memory, node: Tensor, seen: Tensor, candidates: Tensor) -> Tensor:
        """Return the scores ``(B, Q, N)`` of the next nodes, -inf for those that are no candidates.

        Parameters
        ----------
        memory : Memory
            Of problems ``(B,)``.
        node : (B, Q) tensor
            Where vehicles are.
        seen : (B, Q, 6) tensor
            What is seen of them.
        candidates : (B, Q, N) bool tensor
            Nodes that may come next, one or more.
        """
        query = heads(self.seen(seen) + at(memory.here, node), self.heads)
        excluded = torch.zeros(candidates.shape, dtype=query.dtype, device=query.device)
        excluded.masked_fill_(~candidates, -math.inf)
        glimpse = F.scaled_dot_product_attention(query, memory.key, memory.value, excluded.unsqueeze(1))
        fit = glimpse.transpose(1, 2).flatten(2) @ memory.pointer
        return (at(memory.bias, node) + excluded).add(fit.float().tanh(), alpha=self.clip)

    def candidates(self, memory: Memory, node: Tensor, allowed: Tensor, depots: int) -> Tensor:
        """Return which of the allowed nodes ``(B, Q, N)`` are scored, seen from nodes ``(B, Q)``."""
        if allowed.shape[-1] - depots <= self.nearest:
            return allowed
        near = at(memory.bias, node).masked_fill(~allowed, -math.inf)[..., depots:]
        reach = near.topk(self.nearest).values[..., -1:]
        return torch.cat([allowed[..., :depots], allowed[..., depots:] & (near >= reach)], -1)


def rows(td: TensorDict) -> tuple[Tensor, Tensor]:
    """Return the features of depots and stops; coordinates are ``locs``, as they are augmented."""
    depots, stops, locs = td["depot_features"], td["stop_features"], td["locs"]
    count = depots.shape[-2]
    return (
        torch.cat([depots[..., :1], locs[..., :count, :], depots[..., 3:]], -1),
        torch.cat([locs[..., count:, :], stops[..., 2:]], -1),
    )


def heads(values: Tensor, count: int) -> Tensor:
    """Return ``(B, N, d)`` as ``(B, H, N, d / H)``."""
    return values.unflatten(-1, (count, -1)).transpose(1, 2)


def at(values: Tensor, node: Tensor) -> Tensor:
    """Return the rows ``(B, Q, …)`` of ``(B, N, …)`` that belong to nodes ``(B, Q)``."""
    first = torch.arange(len(values), device=node.device).unsqueeze(-1) * values.shape[1]
    return values.flatten(0, 1).index_select(0, (node + first).flatten()).view(*node.shape, -1)
