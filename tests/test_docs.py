"""What the documentation lists is what there is."""

from __future__ import annotations

import re
from pathlib import Path

from routeopt.problems.features import FEATURES
from routeopt.problems.instance import ROUNDINGS

PAGE = (Path(__file__).parent.parent / "docs" / "attributes.md").read_text(encoding="utf-8")


def test_every_attribute_is_documented_once_in_order():
    assert re.findall(r"^\| `(\w+)` \| .* \| .* \|$", PAGE, re.MULTILINE) == list(FEATURES)


def test_every_rounding_rule_is_documented():
    assert sorted(re.findall(r"^\| `(\w+)` \| [^|]* \|$", PAGE, re.MULTILINE)) == sorted(ROUNDINGS)
