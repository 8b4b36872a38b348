"""A network comes back from its file as it was; damaged and foreign files are refused."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st
from network_cases import networks

from routeopt.data.networks.npz import read, save
from routeopt.errors import ProblemError
from routeopt.problems.network import Network, Shapes


def same(one: Network, other: Network, tolerance: float = 0.0) -> None:
    """Check that two networks hold the same."""
    assert one.first_out.tolist() == other.first_out.tolist()
    assert one.head.tolist() == other.head.tolist()
    assert (one.geographic, one.source) == (other.geographic, other.source)
    assert {name: tuple(words) for name, words in one.labels.items()} == dict(other.labels)
    for ours, theirs in ((one.arcs, other.arcs), (one.nodes, other.nodes)):
        assert list(ours) == list(theirs)
        for name, column in ours.items():
            assert column.dtype == theirs[name].dtype
            if column.dtype.kind == "f":
                np.testing.assert_allclose(column, theirs[name], rtol=0, atol=tolerance)
            else:
                np.testing.assert_array_equal(column, theirs[name])
    for mine, yours in (
        (one.places, other.places),
        (one.closed, other.closed),
        (one.shapes and one.shapes.first, other.shapes and other.shapes.first),
        (one.shapes and one.shapes.points, other.shapes and other.shapes.points),
    ):
        assert (mine is None) == (yours is None)
        if mine is not None:
            np.testing.assert_array_equal(mine, yours)
    assert [r.tolist() for r in one.restrictions] == [r.tolist() for r in other.restrictions]


def there_and_back(network: Network) -> Network:
    with tempfile.TemporaryDirectory() as folder:
        save(network, Path(folder) / "network.npz")
        return Network.read(Path(folder) / "network.npz")


@given(networks())
def test_a_network_comes_back_as_it_was(network: Network) -> None:
    same(network, there_and_back(network))


@given(
    st.lists(st.floats(), min_size=3, max_size=3),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=3, max_size=3),
)
def test_numbers_of_every_size_come_back(floats: list[float], whole: list[int]) -> None:
    columns = {
        "float": np.array(floats),
        "short": np.array(floats, np.float32) if np.abs(floats).max() < 1e38 else np.zeros(3, np.float32),
        "whole": np.array(whole),
        "big": np.array([2**64 - 1, 0, 5], np.uint64),
        "day": np.array(["2024-02-29", "NaT", "1970-01-01"], "datetime64[D]"),
    }
    network = Network.from_arcs([0, 1, 2], [1, 2, 0], arcs=columns, geographic=True)
    back = there_and_back(network)
    for name, column in columns.items():
        assert back.arcs[name].dtype == column.dtype
        np.testing.assert_array_equal(back.arcs[name], column)


def test_geographic_lengths_are_kept_to_the_millimetre_and_plane_ones_exactly() -> None:
    length = np.array([np.sqrt(2), 1e4 + np.pi])
    places = np.array([[24.93841234567, 60.0], [25.0, 60.1]])
    for geographic in (True, False):
        arcs = {"length": length, "time": length, "other": length}
        network = Network.from_arcs([0, 1], [1, 0], places=places, geographic=geographic, arcs=arcs)
        back = there_and_back(network)
        assert np.array_equal(back.arcs["length"], length) != geographic
        np.testing.assert_allclose(back.arcs["length"], length, rtol=0, atol=0.0005)
        np.testing.assert_allclose(back.arcs["time"], length, rtol=0, atol=0.0005)
        np.testing.assert_array_equal(back.arcs["other"], length)
        np.testing.assert_allclose(back.places, places, rtol=0, atol=5e-8)
        same(back, there_and_back(back))


def test_endless_lengths_and_missing_places_come_back() -> None:
    places = np.array([[np.nan, np.nan], [25.0, 60.1]])
    shapes = Shapes(np.array([0, 1, 2]), np.array([[25.1, 60.2], [25.1, 60.2]]))
    arcs = {"length": np.array([np.inf, 1.0])}
    network = Network.from_arcs([0, 1], [1, 0], places=places, geographic=True, arcs=arcs, shapes=shapes)
    same(network, there_and_back(network))
    same(empty := Network.from_arcs([], [], size=0), there_and_back(empty))


def test_columns_of_objects_are_refused(tmp_path: Path) -> None:
    words = Network.from_arcs([0], [1], arcs={"name": np.array(["a"], object)})
    assert there_and_back(words).arcs["name"].tolist() == ["a"]
    with pytest.raises(ProblemError, match="arcs/thing: values of type object"):
        save(Network.from_arcs([0], [1], arcs={"thing": np.array([{}], object)}), tmp_path / "a.npz")
    assert not list(tmp_path.iterdir())


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "network.npz"
    rng = np.random.default_rng(3)
    places = rng.uniform(0, 1, (50, 2))
    tail, head = rng.integers(50, size=(2, 100))
    shapes = Shapes(np.arange(101), rng.uniform(0, 1, (100, 2)))
    network = Network.from_arcs(tail, head, size=50, places=places, shapes=shapes, geographic=True)
    save(network, path)
    whole = path.read_bytes()
    for size in (0, 3, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(ProblemError, match=r"network\.npz"):
            read(path)
    refused = 0
    for place in rng.integers(len(whole), size=60):
        spoiled = bytearray(whole)
        spoiled[place] ^= 255
        path.write_bytes(spoiled)
        try:
            same(network, read(path), tolerance=1e-3)
        except ProblemError:
            refused += 1
        except AssertionError:
            assert read(path).size == 50  # rounded degrees
    assert refused > 30


def test_arrays_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    places = np.array([[24.9, 60.1], [25.0, 60.2]])
    shapes = Shapes(
        np.array([0, 2, 4]), np.array([[24.95, 60.1], [24.95, 60.2], [24.95, 60.2], [24.95, 60.1]])
    )
    arcs = {"length": np.array([1.5, 1.5]), "name": np.array([0, 1])}
    turns = (np.array([0, 1], np.int32),)
    network = Network.from_arcs(
        [0, 1], [1, 0], places=places, geographic=True, shapes=shapes, arcs=arcs, restrictions=turns
    )
    path = tmp_path / "network.npz"
    save(network, path)
    with np.load(path) as content:
        whole = {name: content[name] for name in content.files}
    for name in sorted(whole.keys() - {"meta"}):
        array, others = whole[name], {other: kept for other, kept in whole.items() if other != name}
        for spoiled in (None, array[..., :-1], array.astype(float), array[..., None]):
            np.savez(path, **others, **({} if spoiled is None else {name: spoiled}))
            with pytest.raises(ProblemError, match=r"network\.npz"):
                read(path)


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, weights=np.zeros(3))
    with pytest.raises(ProblemError, match=r"no network of routeopt: it holds other arrays \(weights\)"):
        read(path)
    np.savez(path, meta=np.frombuffer(b'{"format": "else"}', np.uint8))
    with pytest.raises(ProblemError, match="no network of routeopt"):
        read(path)
    np.savez(path, meta=np.frombuffer(b'{"format": "routeopt network", "version": 99}', np.uint8))
    with pytest.raises(ProblemError, match="version 99 is newer"):
        read(path)
    np.savez(path, meta=np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(ProblemError, match="damaged or no network"):
        read(path)
    path.write_text("hello")
    with pytest.raises(ProblemError, match="damaged or no network"):
        read(path)
    with pytest.raises(ProblemError, match="no such file"):
        read(tmp_path / "absent.npz")
