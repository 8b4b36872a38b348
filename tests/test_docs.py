"""What the documentation lists is what there is."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from routeopt.problems.features import FEATURES
from routeopt.problems.instance import ROUNDINGS

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "attributes.md").read_text(encoding="utf-8")


def test_every_attribute_is_documented_once_in_order():
    assert re.findall(r"^\| `(\w+)` \| .* \| .* \|$", PAGE, re.MULTILINE) == list(FEATURES)


def test_every_rounding_rule_is_documented():
    assert sorted(re.findall(r"^\| `(\w+)` \| [^|]* \|$", PAGE, re.MULTILINE)) == sorted(ROUNDINGS)


def test_examples_of_paths_run_as_they_stand():
    outcome = doctest.testfile(
        str(DOCS / "paths.md"),
        module_relative=False,
        optionflags=doctest.NORMALIZE_WHITESPACE,
        encoding="utf-8",
    )
    assert outcome.attempted > 20
    assert outcome.failed == 0
