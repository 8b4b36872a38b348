"""Where a benchmark ran."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def processor() -> str:
    """Return the model of the processor and how many cores may be used."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{models[0] if models else platform.processor() or platform.machine()}, {cores()} cores"


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def can_pin() -> bool:
    """Whether a process can be held to some cores."""
    return hasattr(os, "sched_setaffinity")
