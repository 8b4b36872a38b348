"""Few splits are as even as ideal spraying, in exact fractions."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import gcd

import pytest
from hypothesis import given, settings, strategies as st

import routeopt as ro
from routeopt.solvers.flows import spraying
from routeopt.solvers.flows.spraying import SINGLE_PATH, LeafSpine, Transfer, congestion, split, spray


@st.composite
def fabrics(draw):
    leaves, spines, hosts = draw(st.integers(2, 4)), draw(st.integers(1, 6)), draw(st.integers(1, 4))
    links = st.tuples(st.integers(0, leaves - 1), st.integers(1, max(spines - 1, 1)))
    shares = st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1, 3)])
    weak = draw(st.dictionaries(links, shares, max_size=3)) if spines > 1 else {}
    return LeafSpine(leaves, spines, hosts, weak)


@st.composite
def jobs(draw):
    fabric = draw(fabrics())
    hosts = fabric.leaves * fabric.hosts
    ends = st.lists(st.integers(0, hosts - 1), min_size=2, max_size=2, unique=True)
    sizes = st.fractions(Fraction(1, 8), 9, max_denominator=8)
    return fabric, draw(st.lists(st.builds(lambda e, size: Transfer(*e, size), ends, sizes), max_size=25))


def loads(fabric, transfers, pieces):
    found = Counter()
    for piece in pieces:
        if piece.spine >= 0:
            found["up", transfers[piece.transfer].source // fabric.hosts, piece.spine] += piece.size
            found["down", transfers[piece.transfer].target // fabric.hosts, piece.spine] += piece.size
    return {link: load for link, load in found.items() if load}


@settings(max_examples=200)
@given(jobs())
def test_every_link_carries_what_spraying_puts_on_it(job):
    fabric, transfers = job
    few, ideal = split(fabric, transfers), spray(fabric, transfers)
    assert loads(fabric, transfers, few) == loads(fabric, transfers, ideal)
    assert congestion(fabric, transfers, few) == congestion(fabric, transfers, ideal)
    for k, transfer in enumerate(transfers):
        assert sum(piece.size for piece in few if piece.transfer == k) == transfer.size
        assert all(piece.size > 0 for piece in few)


@pytest.mark.parametrize("spines", range(1, 13))
def test_equal_transfers_are_split_no_more_than_they_must(spines):
    for count in range(1, 40):
        fabric = LeafSpine(2, spines, count)
        transfers = [Transfer(h, count + h, 1) for h in range(count)]
        assert len(split(fabric, transfers)) == count + spines - gcd(count, spines)


@settings(max_examples=60)
@given(jobs(), st.sampled_from(SINGLE_PATH), st.integers(0, 9))
def test_single_paths_are_whole_and_avoid_failed_links(job, rule, seed):
    fabric, transfers = job
    pieces = spraying.assign(fabric, transfers, rule, seed)
    assert sorted(piece.transfer for piece in pieces) == list(range(len(transfers)))
    assert all(piece.size == transfers[piece.transfer].size for piece in pieces)
    congestion(fabric, transfers, pieces)  # divides by what links carry


@pytest.mark.parametrize("collective", ["ring", "halving_doubling", "all_to_all", "permutation"])
def test_collectives_finish_no_later_than_with_spraying_and_than_without_splits(collective):
    fabric = LeafSpine(4, 3, 4)
    made = getattr(spraying, collective)(16)
    for transfers in made if collective == "halving_doubling" else [made]:
        few = congestion(fabric, transfers, split(fabric, transfers))
        assert few == congestion(fabric, transfers, spray(fabric, transfers))
        for rule in SINGLE_PATH:
            assert few <= congestion(fabric, transfers, spraying.assign(fabric, transfers, rule))


def test_halving_and_doubling_bring_everything_to_everyone():
    steps = spraying.halving_doubling(8)
    sent = Counter()
    for step in steps:
        for transfer in step:
            sent[transfer.source] += transfer.size
    assert set(sent.values()) == {2 * (1 - Fraction(1, 8))}


def test_what_cannot_be_is_named():
    with pytest.raises(ro.ProblemError, match="leaves must be 1 or more"):
        LeafSpine(0, 1, 1)
    with pytest.raises(ro.ProblemError, match="there is no link 5, 0"):
        LeafSpine(2, 1, 1, {(5, 0): Fraction(1)})
    with pytest.raises(ro.ProblemError, match="no spine is left between them"):
        split(LeafSpine(2, 1, 1, {(0, 0): Fraction(0)}), [Transfer(0, 1, 1)])
    with pytest.raises(ro.ProblemError, match="'luck' is not known"):
        spraying.assign(LeafSpine(2, 1, 1), [], "luck")
    with pytest.raises(ro.ProblemError, match="a power of two"):
        spraying.halving_doubling(6)
