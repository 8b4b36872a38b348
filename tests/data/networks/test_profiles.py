"""What tags mean: speeds, access, one-way streets, lanes; and that no tag is too strange."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

import routeopt as ro
from routeopt.data.networks.profiles import KEYS, PROFILES, blocks, meaning, profile_of
from routeopt.data.networks.restrictions import CONCERNING, restriction_of
from routeopt.data.networks.speeds import limit

CAR, BIKE, FOOT = (PROFILES[name] for name in ("car", "bike", "foot"))
WORDS = st.one_of(
    st.sampled_from(
        [
            "yes",
            "no",
            "private",
            "destination",
            "-1",
            "1",
            "maybe",
            "reversible",
            "residential",
            "motorway",
            "track",
            "cycleway",
            "footway",
            "roundabout",
            "50",
            "0",
            "-5",
            "5000",
            "1e9",
            "nan",
            "inf",
            "30mph",
            "walk",
            "none",
            "RO:urban",
            "50;30",
            "gravel",
            "grade5",
            "opposite_lane",
            "signals",
            ";",
            ":",
        ]
    ),
    st.text(max_size=8),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50", 50), ("50 km/h", 50), ("50kmh", 50), ("30 mph", 48.28), ("20 knots", 37.04), ("walk", 7),
        ("RO:urban", 50), ("RU:urban", 60), ("GB:motorway", 112.65), ("DE:zone:30", 30), ("DE:zone30", 30),
        ("GB:nsl_single", 96.56), ("none", 130), ("50;30", 30), ("80|60", 60), ("50; nonsense", 50), (" 70 ", 70),
        ("62.5", 62.5), ("5000", None), ("0", None), ("-30", None), ("fast", None), ("", None), (None, None),
        ("signals", None), ("nan", None), ("inf", None), ("99999999999", None), ("٥٠", None),
    ],
)  # fmt: skip
def test_limits(text: str | None, expected: float | None) -> None:
    found = limit(text)
    assert found == (expected if expected is None else pytest.approx(expected, abs=0.01))


@pytest.mark.parametrize(
    ("tags", "who"),
    [
        ({}, "car bike foot"),
        ({"access": "no"}, ""),
        ({"access": "private"}, ""),
        ({"access": "no", "foot": "yes"}, "foot"),
        ({"access": "no", "bicycle": "designated"}, "bike"),
        ({"vehicle": "no"}, "foot"),
        ({"motor_vehicle": "no"}, "bike foot"),
        ({"motor_vehicle": "no", "motorcar": "yes"}, "car bike foot"),
        ({"motor_vehicle": "agricultural"}, "bike foot"),
        ({"access": "destination"}, "car bike foot"),
        ({"access": "who knows"}, "car bike foot"),
        ({"foot": "no"}, "car bike"),
        ({"area": "yes"}, "foot"),
        ({"service": "emergency_access"}, "foot"),
        ({"highway": "motorway"}, "car"),
        ({"highway": "trunk"}, "car"),
        ({"highway": "trunk", "bicycle": "yes", "foot": "yes"}, "car bike foot"),
        ({"highway": "track"}, "bike foot"),
        ({"highway": "track", "motor_vehicle": "yes"}, "car bike foot"),
        ({"highway": "pedestrian"}, "foot"),
        ({"highway": "pedestrian", "access": "yes"}, "foot"),
        ({"highway": "steps"}, "foot"),
        ({"highway": "cycleway"}, "bike"),
        ({"highway": "cycleway", "foot": "designated"}, "bike foot"),
        ({"highway": "construction"}, ""),
        ({"highway": "proposed", "access": "yes"}, ""),
    ],
)
def test_access(tags: dict[str, str], who: str) -> None:
    tags = {"highway": "residential", **tags}
    assert [name for name, profile in PROFILES.items() if meaning(tags, profile)] == who.split()


@pytest.mark.parametrize(
    ("tags", "car", "bike"),
    [
        ({}, "<>", "<>"),
        ({"oneway": "yes"}, ">", ">"),
        ({"oneway": "1"}, ">", ">"),
        ({"oneway": "-1"}, "<", "<"),
        ({"oneway": "no"}, "<>", "<>"),
        ({"oneway": "maybe"}, "<>", "<>"),
        ({"oneway": "reversible"}, "", ""),
        ({"oneway": "yes", "oneway:bicycle": "no"}, ">", "<>"),
        ({"oneway": "yes", "cycleway": "opposite_lane"}, ">", "<>"),
        ({"oneway": "-1", "oneway:motor_vehicle": "no"}, "<>", "<"),
        ({"junction": "roundabout"}, ">", ">"),
        ({"junction": "roundabout", "oneway": "-1"}, "<", "<"),
        ({"junction": "roundabout", "oneway": "no"}, "<>", "<>"),
        ({"highway": "motorway"}, ">", ""),
        ({"highway": "motorway", "oneway": "no"}, "<>", ""),
        ({"highway": "motorway_link"}, "<>", ""),
    ],
)
def test_one_way_streets(tags: dict[str, str], car: str, bike: str) -> None:
    for profile, expected in ((CAR, car), (BIKE, bike)):
        meant = meaning({"highway": "residential", **tags}, profile)
        assert ("<" * bool(meant and meant.backward) + ">" * bool(meant and meant.forward)) == expected
    meant = meaning({"highway": "residential", **tags, "foot": "yes"}, FOOT)
    assert tags.get("highway", "").startswith("motorway") or (meant and meant.forward and meant.backward)


def test_walkers_heed_their_own_one_way_streets() -> None:
    meant = meaning({"highway": "footway", "oneway:foot": "yes"}, FOOT)
    assert meant
    assert (meant.forward, meant.backward) == (5.0, 0.0)


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({"highway": "motorway", "oneway": "no", "maxspeed": "130"}, 117, 117),
        ({"highway": "residential", "maxspeed": "50"}, 40, 40),
        ({"highway": "residential", "maxspeed": "5000"}, 25, 25),
        ({"highway": "residential", "maxspeed": "50", "maxspeed:backward": "30"}, 40, 24),
        ({"highway": "service", "maxspeed": "50"}, 15, 15),
        ({"highway": "service", "maxspeed": "10"}, 8, 8),
        ({"highway": "primary", "maxspeed": "90", "surface": "gravel"}, 40, 40),
    ],
)
def test_free_flow_speeds(tags: dict[str, str], forward: float, backward: float) -> None:
    meant = meaning(tags, CAR)
    assert meant
    assert (meant.forward, meant.backward) == (pytest.approx(forward), pytest.approx(backward))


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({}, 600, 600),
        ({"lanes": "2"}, 600, 600),
        ({"lanes": "1"}, 600, 600),
        ({"lanes": "3"}, 900, 900),
        ({"lanes": "3", "lanes:forward": "2", "lanes:backward": "1"}, 1200, 600),
        ({"lanes": "2", "oneway": "yes"}, 1200, 1200),
        ({"lanes": "99"}, 600, 600),
        ({"lanes": "x"}, 600, 600),
        ({"lanes": "nan"}, 600, 600),
        ({"highway": "motorway"}, 4000, 4000),
    ],
)
def test_capacity(tags: dict[str, str], forward: float, backward: float) -> None:
    meant = meaning({"highway": "residential", **tags}, CAR)
    assert meant
    assert (meant.capacity_forward, meant.capacity_backward) == (forward, backward)


def test_barriers() -> None:
    assert blocks({"barrier": "bollard"}, CAR)
    assert not blocks({"barrier": "bollard"}, BIKE)
    assert not blocks({"barrier": "bollard", "motorcar": "yes"}, CAR)
    assert not blocks({"barrier": "gate"}, CAR)
    assert blocks({"barrier": "gate", "access": "private"}, CAR)
    assert not blocks({"access": "private"}, CAR)


@given(st.dictionaries(st.sampled_from(sorted(KEYS)), WORDS), st.sampled_from(sorted(PROFILES)))
def test_no_tag_is_too_strange(tags: dict[str, str], name: str) -> None:
    meant = meaning(tags, PROFILES[name])
    if meant:
        assert meant.forward or meant.backward
        assert all(0 <= speed <= 150 for speed in (meant.forward, meant.backward))
        assert all(
            0 < capacity <= 16 * 2000 for capacity in (meant.capacity_forward, meant.capacity_backward)
        )


@given(
    st.dictionaries(st.sampled_from(["type", "restriction", "except", *CONCERNING["car"]]), WORDS),
    st.lists(
        st.tuples(st.sampled_from("nwr"), st.integers(1, 9), st.sampled_from(["from", "via", "to", ""]))
    ),
    st.sampled_from(sorted(PROFILES)),
)
def test_no_restriction_is_too_strange(
    tags: dict[str, str], members: list[tuple[str, int, str]], name: str
) -> None:
    restriction_of(tags, members, name)
    restriction_of({**tags, "type": "restriction", "restriction": "no_left_turn"}, members, name)


def test_an_unknown_profile_is_told_with_those_there_are() -> None:
    with pytest.raises(ro.ProblemError, match="'tram' is not known; choose one of car, bike, foot"):
        profile_of("tram")
