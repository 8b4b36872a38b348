"""Tables as people keep them: other names of columns, clock times, decimal commas, workbooks and frames."""

from __future__ import annotations

import datetime
import io
import logging
from math import inf

import numpy as np
import openpyxl
import pandas as pd
import pytest

import routeopt as ro
from routeopt.data.readers.sheets import HEADERS

PLAIN = "name,x,y,demand\nbase,0,0,\nbakery,3,4,5\nmill,6,8,2.5\n"


def read(text: str, **options) -> ro.VRP:
    return ro.read(io.StringIO(text), **options)


def errors(text: str) -> list[str]:
    with pytest.raises(ro.ProblemError) as raised:
        read(text)
    return [message.removeprefix("stream:").strip() for message in raised.value.messages]


def windows(text: str) -> list:
    return read(text).stops.windows.tolist()


def test_the_first_row_is_the_depot_unless_another_says_so():
    first = read(PLAIN)
    assert first.names == ["base", "bakery", "mill"]
    assert first.stops.delivery.tolist() == [[5], [2.5]]
    named = read("name,x,y\nbakery,3,4\nDepot,0,0\nmill,6,8\n")
    assert named.names == ["Depot", "bakery", "mill"]
    typed = read("name,x,y,type\nbakery,3,4,\nnorth,0,9,Depot\nmill,6,8,customer\nsouth,0,0,depot\n")
    assert typed.names == ["north", "south", "bakery", "mill"]
    assert len(typed.depots) == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter):
    assert read(PLAIN.replace(",", delimiter)).places.tolist() == [[0, 0], [3, 4], [6, 8]]


def test_decimal_commas_where_commas_separate_nothing():
    assert read("name;x;y\nbase;0;0\nmill;1,5;-2,25\n").places[1].tolist() == [1.5, -2.25]


@pytest.mark.parametrize(
    "key", ["lon", "lat", "x", "y", "delivery", "pickup", "opens", "closes", "service", "prize"]
)
def test_every_header_means_what_the_documentation_says(key):
    geographic = key in ("lon", "lat")
    axes = {"lon": "2", "lat": "1"} if geographic else {"x": "2", "y": "1"}
    for header in HEADERS[key].split():
        for written in (header, header.upper(), header.replace("_", " ").title()):
            cells = {axis: (axis, value) for axis, value in axes.items()} | {key: (written, "7")}
            names, values = zip(*cells.values(), strict=True)
            problem = read(
                f"{','.join(names)}\n{','.join(axes.get(k, '') for k in cells)}\n{','.join(values)}\n"
            )
            stops = problem.stops
            found = {
                **dict.fromkeys(("lon", "x"), stops.x), **dict.fromkeys(("lat", "y"), stops.y),
                "opens": stops.windows[:, 0, 0], "closes": stops.windows[:, 0, 1],
                **{name: getattr(stops, name) for name in ("delivery", "pickup", "service", "prize")},
            }  # fmt: skip
            assert found[key].ravel().tolist() == [7], header
            assert problem.geographic == geographic


@pytest.mark.parametrize(
    ("header", "cell", "seconds"),
    [
        ("service", "90", 90),
        ("service_s", "90", 90),
        ("service_min", "1.5", 90),
        ("Service Time [min]", "1.5", 90),
        ("service (h)", "0.5", 1800),
        ("service", "0:02", 120),
        ("service", "00:02:30", 150),
    ],
)
def test_times_have_the_unit_of_their_header(header, cell, seconds):
    assert read(f"x,y,{header}\n0,0,\n1,1,{cell}\n").stops.service.tolist() == [seconds]


def test_clock_times():
    assert windows("lat,lon,open,close\n41,-8,06:00,22:00\n41.1,-8.1,8:30,08:45:15\n") == [[[30600, 31515]]]
    assert windows("lat,lon,open,close\n41,-8,,\n41.1,-8.1,8.30,9.05\n41.2,-8.2,,17.00\n") == [
        [[30600, 32700]],
        [[0, 61200]],
    ]
    assert windows("x,y,open,close\n0,0,,\n1,1,8.30,9.05\n") == [[[8.30, 9.05]]]  # plain numbers in the plane


def test_several_windows_and_loads():
    problem = read(
        "x,y,demand_1,demand_2,open_1,close_1,open_2,close_2\n0,0,,,,,,\n1,1,5,6,10,20,30,40\n2,2,7,,50,60,,\n"
    )
    assert problem.stops.windows.tolist() == [[[10, 20], [30, 40]], [[50, 60], [50, 60]]]
    assert problem.stops.delivery.tolist() == [[5, 6], [7, 0]]


def test_skills_groups_and_prizes():
    problem = read('x,y,skills,group,prize\n0,0,,,\n1,1,"cold, lift",a,7\n2,2,cold;heavy,,\n3,3,,a,8\n')
    assert {skill: asked.tolist() for skill, asked in problem.stops.skills.items()} == {
        "cold": [True, True, False],
        "lift": [True, False, False],
        "heavy": [False, True, False],
    }
    assert problem.stops.group.tolist() == [0, -1, 0]
    assert problem.stops.prize.tolist() == [7, inf, 8]


def test_vehicles_in_comments():
    text = "# the fleet of today\n# vehicles: 3, capacity: 100 9, max_duration: 28800\n"
    text += "# vehicles: 1; capacity: 40 5\nx,y,demand_1,demand_2\n0,0,,\n1,1,5,6\n"
    first, second = read(text).vehicles
    assert first == ro.Vehicle(count=3, capacity=(100, 9), max_duration=28800)
    assert second == ro.Vehicle(count=1, capacity=(40, 5))
    assert errors("# vehicles: 3, wings: 2\n" + PLAIN)[0].startswith("1: 'wings' is not known")


def test_names_come_from_the_best_column():
    text = "id,address,customer,x,y\n7,Main Street 1,base,0,0\n8,Main Street 2,mill,1,1\n"
    assert read(text).names == ["base", "mill"]
    assert read(text.replace("customer", "remark")).names == ["7", "8"]


def test_columns_that_mean_nothing_are_told_not_used(caplog):
    with caplog.at_level(logging.WARNING, "routeopt"):
        read(PLAIN.replace("demand", "demnad"))
    assert "columns not used: demnad" in caplog.text


def test_all_bad_cells_are_told_by_line_and_column():
    text = "name,x,y,demand,open,close\nbase,0,0,,0,100\na,1,x,3,25:99,30\nb,,2,-3,,\n"
    text += "c,4,5,1,10,5\nd,6,7,1,2,3,4\n"
    assert errors(text) == [
        "3: column 'y': 'x' is not a number",
        "3: column 'open': '25:99' is not a time; write 8:30, 08:30:15 or seconds",
        "4: column 'x': the cell is empty; every row needs its place",
        "4: a demand or time is negative; it must be 0 or more",
        "5: the window ends before it starts; swap the two times",
        "6: the row has 7 cells, but there are 6 headers; check its delimiters",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y,demand\n1,1,5\n2,2,6\n", "2: the depot has a demand; give the depot's row the type 'depot'"),
        (
            "lat,x,demand\n1,1,5\n2,2,6\n",
            "there are no coordinates; name two columns lat and lon, or x and y",
        ),
        ("x,y,demand,load\n0,0,,\n1,1,5,6\n", "columns 'demand' and 'load' mean the same; keep one of them"),
        ("x,y\n", "a table has a line of headers and a row for the depot and each stop"),
        ("name,x,y\nbase,0,0\nmill,1,1\nmill,2,2\n", "name 'mill' is used 2 times; give each its own"),
        ("lat,lon\n41,-8\n-98,41\n", "is not on the globe; are they swapped?"),
        ('x,y,name\n0,0,\n1,1,"a\n', "4: the line cannot be split into cells"),
    ],
)
def test_tables_that_make_no_problem(text, message):
    told = errors(text)
    assert any(message in line for line in told), told


def test_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["# vehicles: 2, capacity: 9"])
    book.active.append(["Customer", "Lat", "Lon", "Qty", "Open", "Close", "Service"])
    book.active.append(["base", 41, -8, None, datetime.time(6), datetime.time(22), None])
    book.active.append([17, 41.1, -8.1, 5, datetime.time(8, 30), "9:15", datetime.timedelta(minutes=4)])
    book.save(tmp_path / "stops.xlsx")
    problem = ro.read(tmp_path / "stops.xlsx")
    assert problem.name == "stops"
    assert problem.names == ["base", "17"]
    assert problem.stops.windows.tolist() == [[[30600, 33300]]]
    assert problem.stops.service.tolist() == [240]
    assert problem.vehicles == (ro.Vehicle(count=2, capacity=9),)
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes((tmp_path / "stops.xlsx").read_bytes()[:900])
    with pytest.raises(ro.ProblemError, match="the workbook is damaged"):
        ro.read(damaged)


def test_frames_dicts_and_paths_are_tables(tmp_path):
    frame = pd.DataFrame({"id": [1.0, 2, 3], "x": [0, 3, 6], "y": [0, 4, 8], "demand": [np.nan, 5, 2.5]})
    path = tmp_path / "stops.csv"
    frame.to_csv(path, index=False)
    vehicles = [ro.Vehicle(capacity=6)]
    for table in (frame, frame.to_dict("list"), frame.to_dict("records"), path):
        problem = ro.VRP.from_table(table, vehicles=vehicles, name="town")
        assert problem.names[1:] == ["2", "3"] or problem.names[1:] == ["2.0", "3.0"]
        assert problem.stops.delivery.tolist() == [[5], [2.5]]
        assert problem.vehicles == tuple(vehicles)
        assert problem.name == "town"
    everyone = ro.VRP.from_table(frame, depots=[ro.Depot(1, 1)])
    assert len(everyone.stops) == 3


def test_what_is_no_table():
    with pytest.raises(ro.ProblemError, match="a int is no table; give a data frame"):
        ro.VRP.from_table(3)
    with pytest.raises(ro.ProblemError, match="its columns have different lengths"):
        ro.VRP.from_table({"x": [1, 2], "y": [1]})
    with pytest.raises(ro.ProblemError) as raised:
        ro.VRP.from_table([{"x": 0, "y": 0}, {"x": "a", "y": 1}])
    assert raised.value.messages == ("table:2: column 'x': 'a' is not a number",)
