"""Any file: recognised by content, and every mistake in it told with its place."""

from __future__ import annotations

import io
import re
import sys
from contextlib import suppress
from importlib import metadata
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest
from hypothesis import given, strategies as st

import routeopt as ro
from routeopt import registry
from routeopt.data.readers import Reader

TINY = """NAME : tiny
TYPE : CVRP
DIMENSION : 3
CAPACITY : 10
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 3 4
3 6 8
DEMAND_SECTION
1 0
2 4
3 5
DEPOT_SECTION
1
-1
EOF
"""


def errors_of(text: str | bytes) -> list[str]:
    stream = io.BytesIO(text) if isinstance(text, bytes) else io.StringIO(text)
    with pytest.raises(ro.ProblemError) as raised:
        ro.read(stream)
    assert all(message.startswith("stream") for message in raised.value.messages)
    return [message.removeprefix("stream") for message in raised.value.messages]


def test_the_content_decides_whatever_the_suffix(tmp_path):
    for name in ("tiny.vrp", "tiny.txt", "tiny.json", "tiny.csv", "tiny"):
        path = tmp_path / name
        path.write_text(TINY)
        assert ro.read(path).features == {"capacity"}, name


def test_a_path_a_text_a_stream_and_standard_input_are_the_same(tmp_path, monkeypatch):
    path = tmp_path / "tiny.vrp"
    path.write_text(TINY)
    monkeypatch.setattr("sys.stdin", io.StringIO(TINY))
    for source in (path, str(path), io.StringIO(TINY), io.BytesIO(TINY.encode()), "-"):
        problem = ro.read(source)
        assert problem.name == "tiny"
        assert problem.instance().distance[0, 1].tolist() == [5, 0, 5]


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_and_marks_of_other_systems_do_not_matter(ends):
    text = "\ufeff" + TINY.replace("\n", ends)
    assert len(ro.read(io.BytesIO(text.encode())).stops) == 2


def test_the_rounding_is_the_files_own_unless_it_is_asked_for():
    text = TINY.replace("3 6 8", "3 1 1")
    legs = {
        rule: ro.read(io.StringIO(text), rounding=rule).instance().distance[0, 0, 2]
        for rule in (None, "exact")
    }
    assert legs == {None: 1.0, "exact": pytest.approx(2**0.5)}
    assert ro.read(io.StringIO(text), rounding="dimacs").instance().distance[0, 0, 2] == 14
    with pytest.raises(ro.ProblemError, match="rounding 'up' is not known; use one of exact"):
        ro.read(io.StringIO(text), rounding="up")


def test_files_that_cannot_be_opened(tmp_path):
    with pytest.raises(ro.ProblemError, match=r"none\.vrp: there is no such file"):
        ro.read(tmp_path / "none.vrp")
    with pytest.raises(ro.ProblemError, match="this is a folder; name one file in it"):
        ro.read(tmp_path)


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_empty_files(text):
    assert "the file is empty" in errors_of(text)[0]


def test_bytes_that_are_no_text_are_told_with_their_line():
    assert errors_of(b"NAME : x\nCOMMENT : caf\xe9\nDIMENSION : 3\n") == [
        ":2: byte 0xe9 is not UTF-8 text; save it as UTF-8"
    ]


def test_an_unknown_format_is_told_what_is_read():
    (message,) = errors_of("Dear planner,\nplease deliver everything today.\n")
    assert "the format is not recognised; routeopt reads" in message
    assert "Solomon" in message


def test_all_mistakes_of_a_file_are_told_at_once_in_the_order_of_its_lines():
    text = (
        TINY.replace("CAPACITY : 10", "CAPACITY : ten\nFOO : 3")
        .replace("EUC_2D", "EUC_9D")
        .replace("2 3 4", "2 nan 4")
        .replace("3 6 8", "3 6")
        .replace("2 4\n", "2 -4\n")
        .replace("\n1\n-1", "\n9\n-1")
    )
    places = [message.split(":")[1] for message in errors_of(text)]
    assert places == ["4", "5", "6", "9", "10", "13", "16"]


def test_what_contradicts_itself_only_as_a_whole_is_told_with_the_file(tmp_path):
    path = tmp_path / "fleet.json"
    path.write_text('{"stops": [{"x": 1, "y": 2}], "vehicles": [{"start": 3}]}')
    with pytest.raises(ro.ProblemError) as raised:
        ro.read(path)
    assert raised.value.messages[0].startswith(f"{path}: 'vehicle 1': start: there is no depot 3")


@pytest.mark.parametrize(
    "keep", range(1, 13)
)  # from there only the depot is missing, which is the first node
def test_a_file_cut_off_after_any_line_is_an_error(keep):
    text = "\n".join(TINY.splitlines()[:keep]) + "\n"
    assert errors_of(text)


def _third_party(source, rounding):
    name, *places = source.lines
    return ro.VRP([ro.Stop(*map(float, place.split())) for place in places], name=name)


THIRD_PARTY = Reader("places", lambda head, suffix: suffix == ".places", _third_party)


def test_a_third_party_joins_by_an_entry_point(tmp_path, monkeypatch):
    point = EntryPoint("places", "places_reader:THIRD_PARTY", "routeopt.readers")
    monkeypatch.setattr(
        metadata, "entry_points", lambda group: [point] if group == "routeopt.readers" else []
    )
    registry._registered.cache_clear()
    monkeypatch.setitem(sys.modules, "places_reader", SimpleNamespace(THIRD_PARTY=THIRD_PARTY))
    path = tmp_path / "town.places"
    path.write_text("town\n1 2\n3 4")
    assert next(iter(registry.readers())) == "places"
    assert ro.read(path).places.tolist() == [[0, 0], [1, 2], [3, 4]]
    registry._registered.cache_clear()


JUNK = [
    *'#":x0',
    "",
    "é",
    "[",
    "{}",
    "-1",
    "1.5",
    "nan",
    "inf",
    "null",
    "1e400",
    "99999999",
    "EOF",
    "_SECTION",
]
TEXTS = [
    TINY,
    "# vehicles: 3, capacity: 9\nname,x,y,demand,open,close\nbase,0,0,,0,100\na,1,2,3,8:30,9:30\nb,3,4,,,\n",
    '{"stops":\n[{"x": 1, "y": 2, "windows": [[0, 4]], "group": 1}],\n"vehicles":\n[{"capacity": [3]}]}',
    "T\nVEHICLE\nNUMBER CAPACITY\n2 9\nCUSTOMER\nCUST NO. X Y\n0 0 0 0 0 90 0\n1 1 1 3 5 9 1\n",
    "4 20 1\n0 0 0 0 0 99 0 0 0\n1 3 4 7 0 90 5 0 2\n2 6 8 -7 0 50 6 1 0\n",
    "2 3 2 1\n50 20\n1 1 2 5 7 1 2 1 2\n2 3 4 6 8 1 2 1 2\n3 0 0 0 0 0 0\n",
]


@given(st.data())
def test_no_file_however_spoiled_ends_in_anything_but_a_problem_or_its_error(data):
    lines = data.draw(st.sampled_from(TEXTS)).split("\n")
    for _ in range(data.draw(st.integers(1, 2))):
        number = data.draw(st.integers(0, len(lines) - 1))
        cells = re.split(r"([ ,:]+)", lines[number])
        cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(st.sampled_from(JUNK))
        kept = data.draw(
            st.sampled_from([lines, lines, lines[: number + 1], lines[:number] + lines[number + 1 :]])
        )
        lines = ["".join(cells) if line is lines[number] else line for line in kept] or [""]
    with suppress(ro.ProblemError):
        assert ro.read(io.StringIO("\n".join(lines))).features is not None
