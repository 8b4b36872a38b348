"""``python -m routeopt`` is the command ``routeopt``."""

from __future__ import annotations

import sys

from routeopt.cli import main

if __name__ == "__main__":
    sys.exit(main())
