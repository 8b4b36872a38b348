"""Collectives on leaf-spine fabrics: single paths with the fewest splits, as even as ideal packet spraying.

All flows of a leaf pair are laid end to end and cut where a spine has its share (McNaughton's wrap-around rule,
Management Science 6, 1959). Every uplink and downlink then carries exactly what it would if each packet took a spine
by chance. Source of the claim: Addanki, Goyal and Marinos, "Challenging the need for packet spraying in large-scale
distributed training" (2024). Sizes are reckoned in exact fractions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from routeopt.errors import ProblemError

SINGLE_PATH = ("ecmp", "round_robin", "two_choices", "largest_first")


class Transfer(NamedTuple):
    """What one host sends to another."""

    source: int
    target: int
    size: Fraction | int


class Piece(NamedTuple):
    """The part of a transfer that takes a spine; -1 within a leaf, where none is needed."""

    transfer: int
    spine: int
    size: Fraction


@dataclass(frozen=True)
class LeafSpine:
    """A fabric in which each leaf has a link to each spine.

    Parameters
    ----------
    leaves, spines, hosts : int
        Hosts are those of each leaf; host h is at leaf ``h // hosts``.
    weak : mapping of (leaf, spine) to share
        Links that carry less than the whole; 0: they failed. All others carry 1, in both directions.
    """

    leaves: int
    spines: int
    hosts: int
    weak: Mapping[tuple[int, int], Fraction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        errors = [
            f"{name} must be 1 or more, not {getattr(self, name)}"
            for name in ("leaves", "spines", "hosts")
            if getattr(self, name) < 1
        ]
        for (leaf, spine), share in self.weak.items():
            if not (0 <= leaf < self.leaves and 0 <= spine < self.spines and 0 <= share <= 1):
                errors.append(
                    f"weak: there is no link {leaf}, {spine}, or its share {share} is not from 0 to 1"
                )
        if errors:
            raise ProblemError(errors)

    def capacity(self, leaf: int, spine: int) -> Fraction:
        """Return what the link between a leaf and a spine carries in each direction."""
        return Fraction(self.weak.get((leaf, spine), 1))

    def shares(self, one: int, other: int) -> list[Fraction]:
        """Return the share of each spine in what one leaf sends to another: by the narrower of its two links.

        Raises
        ------
        ProblemError
            No spine is left between them.
        """
        widths = [min(self.capacity(one, s), self.capacity(other, s)) for s in range(self.spines)]
        if not sum(widths):
            raise ProblemError(f"leaves {one} and {other}: no spine is left between them")
        return [width / sum(widths) for width in widths]


def split(fabric: LeafSpine, transfers: Sequence[Transfer]) -> list[Piece]:
    """Return single paths with the fewest splits that load every link as ideal spraying does.

    Of n equal transfers between two leaves, over S spines, n + S - gcd(n, S) pieces are made; no assignment that is
    as even has fewer.
    """
    pieces = [Piece(k, -1, Fraction(t.size)) for k, t in enumerate(transfers) if _within(fabric, t)]
    for (one, other), numbers in _by_leaves(fabric, transfers).items():
        total = sum((Fraction(transfers[k].size) for k in numbers), Fraction(0))
        rooms = [(spine, share * total) for spine, share in enumerate(fabric.shares(one, other)) if share]
        spine, room = rooms.pop(0)
        for k in numbers:
            left = Fraction(transfers[k].size)
            while left:
                if not room:
                    spine, room = rooms.pop(0)
                part = min(left, room)
                pieces.append(Piece(k, spine, part))
                left, room = left - part, room - part
    return pieces


def spray(fabric: LeafSpine, transfers: Sequence[Transfer]) -> list[Piece]:
    """Return what ideal packet spraying does: every transfer is spread over all spines by their shares."""
    pieces = [Piece(k, -1, Fraction(t.size)) for k, t in enumerate(transfers) if _within(fabric, t)]
    for (one, other), numbers in _by_leaves(fabric, transfers).items():
        shares = fabric.shares(one, other)
        pieces += [
            Piece(k, spine, share * Fraction(transfers[k].size))
            for k in numbers
            for spine, share in enumerate(shares)
            if share
        ]
    return pieces


def assign(fabric: LeafSpine, transfers: Sequence[Transfer], rule: str, seed: int = 0) -> list[Piece]:
    """Return one spine for each transfer, without splits.

    Parameters
    ----------
    fabric, transfers
        Where, and what.
    rule : {"ecmp", "round_robin", "two_choices", "largest_first"}
        By chance, as hashing does; the next one for each source leaf; the less loaded of two by chance; or the least
        loaded for the largest transfer first.
    seed : int
        Of chance.
    """
    if rule not in SINGLE_PATH:
        raise ProblemError(f"rule '{rule}' is not known; use one of {', '.join(SINGLE_PATH)}")
    rng, load = np.random.default_rng(seed), defaultdict[tuple[int, int], Fraction](Fraction)
    turn: dict[int, int] = defaultdict(int)
    order = range(len(transfers))
    if rule == "largest_first":
        order = sorted(order, key=lambda k: (-Fraction(transfers[k].size), k))  # type: ignore[assignment]
    pieces = []
    for k in order:
        transfer = transfers[k]
        if _within(fabric, transfer):
            pieces.append(Piece(k, -1, Fraction(transfer.size)))
            continue
        one, other = transfer.source // fabric.hosts, transfer.target // fabric.hosts
        able = [spine for spine, share in enumerate(fabric.shares(one, other)) if share]
        if rule == "round_robin":
            offered = [able[turn[one] % len(able)]]
            turn[one] += 1
        else:
            draws = {"ecmp": 1, "two_choices": 2}.get(rule)
            offered = able if draws is None else [able[k] for k in rng.integers(len(able), size=draws)]

        def fullness(spine: int, one: int = one, other: int = other) -> Fraction:
            up = load[one, spine] / fabric.capacity(one, spine)
            return max(up, load[-1 - other, spine] / fabric.capacity(other, spine))

        spine = min(offered, key=fullness)
        load[one, spine] += Fraction(transfer.size)
        load[-1 - other, spine] += Fraction(transfer.size)
        pieces.append(Piece(k, spine, Fraction(transfer.size)))
    return pieces


def congestion(fabric: LeafSpine, transfers: Sequence[Transfer], pieces: Iterable[Piece]) -> Fraction:
    """Return the load of the fullest link over what it carries, those of hosts included.

    That is the time that everything takes at least.
    """
    loads: dict[tuple[str, int, int], Fraction] = defaultdict(Fraction)
    for piece in pieces:
        transfer = transfers[piece.transfer]
        loads["send", transfer.source, 0] += piece.size
        loads["receive", transfer.target, 0] += piece.size
        if piece.spine >= 0:
            loads["up", transfer.source // fabric.hosts, piece.spine] += piece.size
            loads["down", transfer.target // fabric.hosts, piece.spine] += piece.size
    return max(
        (
            load / (Fraction(1) if way in ("send", "receive") else fabric.capacity(where, spine))
            for (way, where, spine), load in loads.items()
        ),
        default=Fraction(0),
    )


def ring(hosts: int) -> list[Transfer]:
    """Return one step of a ring all-reduce: each host sends a part of 1 / hosts to the next."""
    return [Transfer(h, (h + 1) % hosts, Fraction(1, hosts)) for h in range(hosts)]


def halving_doubling(hosts: int) -> list[list[Transfer]]:
    """Return the steps of a halving-doubling all-reduce among a power of two of hosts.

    Raises
    ------
    ProblemError
        They are not a power of two.
    """
    if hosts < 1 or hosts & (hosts - 1):
        raise ProblemError(f"halving and doubling need a power of two of hosts, not {hosts}")
    halves = [
        [Transfer(h, h ^ (hosts >> k + 1), Fraction(1, 2 ** (k + 1))) for h in range(hosts)]
        for k in range(hosts.bit_length() - 1)
    ]
    return [*halves, *halves[::-1]]


def all_to_all(hosts: int) -> list[Transfer]:
    """Return an all-to-all exchange: each host sends 1 / hosts to every other."""
    return [Transfer(a, b, Fraction(1, hosts)) for a in range(hosts) for b in range(hosts) if a != b]


def permutation(hosts: int, seed: int = 0) -> list[Transfer]:
    """Return a random permutation without fixed points: each host sends 1 to another one."""
    order = np.random.default_rng(seed).permutation(hosts).tolist()
    return [Transfer(a, b, 1) for a, b in zip(order, [*order[1:], order[0]], strict=True) if a != b]


def _within(fabric: LeafSpine, transfer: Transfer) -> bool:
    return transfer.source // fabric.hosts == transfer.target // fabric.hosts


def _by_leaves(fabric: LeafSpine, transfers: Sequence[Transfer]) -> dict[tuple[int, int], list[int]]:
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for k, transfer in enumerate(transfers):
        if not _within(fabric, transfer):
            found[transfer.source // fabric.hosts, transfer.target // fabric.hosts].append(k)
    return found
