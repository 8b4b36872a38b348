"""The script that makes the bundled networks: lines of SpatiaLite, and loops in parts."""

from __future__ import annotations

import importlib.util
import struct
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[1] / "tools" / "bundle_networks.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bundle_networks", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("order", "mark"), [("<", 1), (">", 0)])
def test_a_line_of_spatialite(script: ModuleType, order: str, mark: int) -> None:
    line = [(24.9, 60.1), (24.95, 60.15), (25.0, 60.2)]
    bounds = (24.9, 60.1, 25.0, 60.2)
    head = struct.pack(f"{order}bbi4db", 0, mark, 4326, *bounds, 0x7C)
    flat = [number for point in line for number in point]
    body = struct.pack(f"{order}II{len(flat)}d", 2, len(line), *flat) + b"\xfe"
    np.testing.assert_array_equal(script.line_of(head + body), line)
    with pytest.raises(ValueError, match="kind 1"):
        script.line_of(head + struct.pack(f"{order}II{len(flat)}d", 1, len(line), *flat))


def test_a_loop_becomes_three_parts(script: ModuleType) -> None:
    line = np.arange(14.0).reshape(7, 2)
    parts = script._parts(5, 5, line, 3)
    assert [(a, b) for a, b, _ in parts] == [(5, -6), (-6, -7), (-7, 5)]
    np.testing.assert_array_equal(np.concatenate([part[:-1] for *_, part in parts]), line[:-1])
    for (*_, before), (*_, after) in pairwise(parts):
        np.testing.assert_array_equal(before[-1], after[0])
    assert len(script._parts(5, 6, line, 3)) == 1
