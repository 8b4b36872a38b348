"""Stops as columns: a million stops are read without a million objects; a :class:`Stop` is a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Flags, Floats, Integers
from routeopt.problems.rows import Load, Stop


class Stops(Sequence[Stop]):
    """Stops by column; also a sequence of :class:`Stop`.

    Parameters
    ----------
    x, y : (n,) array
        Planar coordinates, or degrees of longitude and latitude when `geographic`; nan when unknown.
    name : sequence of str, optional
        Unique names; by default the stops are numbered after the depots, as benchmark files do.
    delivery, pickup : (n,) or (n, K) array
        Loads.
    windows : (n, 2) or (n, W, 2) array
        Windows in which service begins, ascending; a stop with fewer than W repeats its last one.
    service, release, prize : (n,) array
        As in :class:`Stop`.
    group : (n,) array of int
        Number of the group, -1 for none.
    skills : mapping of str to (n,) array of bool
        Which stops ask for each skill.
    geographic : bool
        Whether coordinates are degrees.
    """

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        name: Sequence[str] | None = None,
        delivery: ArrayLike = 0.0,
        pickup: ArrayLike = 0.0,
        windows: ArrayLike = (0.0, np.inf),
        service: ArrayLike = 0.0,
        release: ArrayLike = 0.0,
        prize: ArrayLike = np.inf,
        group: ArrayLike = -1,
        skills: Mapping[str, ArrayLike] | None = None,
        geographic: bool = False,
    ) -> None:
        self.x: Floats = np.array(x, np.float64).reshape(-1)
        n = len(self.x)
        self.y: Floats = _column("y", y, n)
        self.names: tuple[str, ...] | None = None if name is None else tuple(str(item) for item in name)
        self.delivery: Floats = _table("delivery", delivery, n)
        self.pickup: Floats = _table("pickup", pickup, n)
        dimensions = max(self.delivery.shape[1], self.pickup.shape[1])
        self.delivery = _widen(self.delivery, dimensions)
        self.pickup = _widen(self.pickup, dimensions)
        self.windows: Floats = _windows(windows, n)
        self.service: Floats = _column("service", service, n)
        self.release: Floats = _column("release", release, n)
        self.prize: Floats = _column("prize", prize, n)
        self.group: Integers = _column("group", group, n).astype(np.int64)
        self.skills: dict[str, Flags] = {
            skill: _column(f"skill '{skill}'", flags, n).astype(bool)
            for skill, flags in (skills or {}).items()
        }
        self.geographic = geographic
        if self.names is not None and len(self.names) != n:
            raise ProblemError(f"names: {len(self.names)} given for {n} stops; give one for each")

    @classmethod
    def from_rows(cls, rows: Sequence[Stop]) -> Stops:
        """Turn rows into columns."""
        dimensions = max((_size(load) for row in rows for load in (row.delivery, row.pickup)), default=1)
        named = any(row.name for row in rows)
        groups: dict[str, int] = {}
        for row in rows:
            if row.group is not None:
                groups.setdefault(row.group, len(groups))
        return cls(
            [row.x for row in rows],
            [row.y for row in rows],
            name=[row.name for row in rows] if named else None,
            delivery=_load_rows([row.delivery for row in rows], dimensions),
            pickup=_load_rows([row.pickup for row in rows], dimensions),
            windows=_window_rows([row.windows for row in rows]),
            service=[row.service for row in rows],
            release=[row.release for row in rows],
            prize=[row.prize for row in rows],
            group=[-1 if row.group is None else groups[row.group] for row in rows],
            skills={
                skill: [skill in set(row.skills) for row in rows]
                for skill in sorted({skill for row in rows for skill in row.skills})
            },
            geographic=any(row.geographic for row in rows),
        )

    def __len__(self) -> int:
        """Return the number of stops."""
        return len(self.x)

    def __getitem__(self, index: Any) -> Any:
        """Return one row, or a list of rows for a slice."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        i = range(len(self))[index]
        windows = tuple((float(a), float(b)) for a, b in np.unique(self.windows[i], axis=0))
        place = {"lon": float(self.x[i]), "lat": float(self.y[i])} if self.geographic else {}
        return Stop(
            float(self.x[i]),
            float(self.y[i]),
            self.names[i] if self.names else "",
            delivery=_load(self.delivery[i]),
            pickup=_load(self.pickup[i]),
            windows=windows[0] if len(windows) == 1 else windows,
            service=float(self.service[i]),
            release=float(self.release[i]),
            prize=float(self.prize[i]),
            group=str(self.group[i]) if self.group[i] >= 0 else None,
            skills=frozenset(skill for skill, flags in self.skills.items() if flags[i]),
            **place,
        )

    def __iter__(self) -> Iterator[Stop]:
        """Yield the rows."""
        return (self[i] for i in range(len(self)))


def load_row(load: Load, dimensions: int) -> Floats:
    """Return a load as a row; a single number counts in the first dimension of several."""
    row = np.zeros(dimensions)
    values = np.atleast_1d(np.asarray(load, np.float64))
    row[: len(values)] = values
    return row


def _size(load: Load) -> int:
    return len(load) if isinstance(load, tuple | list | np.ndarray) else 1


def _load(row: Floats) -> Load:
    return float(row[0]) if len(row) == 1 else tuple(float(value) for value in row)


def _load_rows(loads: Sequence[Load], dimensions: int) -> Floats:
    return np.array([load_row(load, dimensions) for load in loads]).reshape(len(loads), dimensions)


def _window_rows(rows: Sequence[Any]) -> Floats:
    stated = [np.atleast_2d(np.asarray(row, np.float64)) for row in rows]
    widest = max((len(row) for row in stated), default=1)
    padded = [np.vstack([row, np.repeat(row[-1:], widest - len(row), axis=0)]) for row in stated]
    return np.array(padded).reshape(len(rows), widest, 2)


def _column(name: str, values: ArrayLike, n: int) -> NDArray[Any]:
    array = np.asarray(values, np.float64)
    if array.ndim == 0:
        return np.full(n, float(array))
    if array.shape != (n,):
        raise ProblemError(f"{name}: {array.shape} values given for {n} stops; give one for each")
    return array.copy()


def _table(name: str, values: ArrayLike, n: int) -> Floats:
    array = np.asarray(values, np.float64)
    if array.ndim < 2:
        return _column(name, array, n)[:, None]
    if array.ndim > 2 or len(array) != n:
        raise ProblemError(f"{name}: shape {array.shape} for {n} stops; give (stops, dimensions)")
    return array.copy()


def _widen(table: Floats, dimensions: int) -> Floats:
    return np.pad(table, ((0, 0), (0, dimensions - table.shape[1])))


def _windows(values: ArrayLike, n: int) -> Floats:
    array = np.asarray(values, np.float64)
    if array.shape == (2,):
        array = np.tile(array, (n, 1))
    if array.ndim == 2:
        array = array[:, None, :]
    if array.ndim != 3 or array.shape[0] != n or array.shape[2] != 2:
        raise ProblemError(
            f"windows: shape {np.shape(values)} for {n} stops; give (stops, 2) or (stops, windows, 2)"
        )
    return array.copy()
