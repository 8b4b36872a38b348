"""The survey of an instance, made once for all solvers of a chain."""

from __future__ import annotations

import threading

import numpy as np

from routeopt.problems.flow_instance import FlowInstance
from routeopt.solvers.flows.pool import Survey, survey
from routeopt.solvers.flows.pricing import estimate
from routeopt.solvers.flows.relaxation import Relaxation, relax

# Seconds that the relaxation takes, roughly, for a flow, and for an arc of a source:
_FLOW, _ARC = 2e-4, 1e-5
_MOST = 0.4  # share of the time that it may take; else prices are estimated
_HURRY = 0.15  # share of the time for that

_PATHS, _FEW_PATHS = 8, 3  # of each pair, by hops and by prices; few where there is hurry

_latest: list[tuple[FlowInstance, Survey]] = []  # at most one
_lock = threading.Lock()


def surveyed(instance: FlowInstance, seconds: float, reached: float) -> Survey:
    """Return the survey of an instance; that of the latest one is kept.

    Parameters
    ----------
    instance : FlowInstance
        With flows.
    seconds : float
        What is left of the time.
    reached : float
        What some admission is worth.
    """
    with _lock:
        if _latest and _latest[0][0] is instance:
            return _latest[0][1]
    relaxation = _relaxation(instance, seconds, reached)
    found = survey(instance, relaxation, _PATHS if len(relaxation.volume) else _FEW_PATHS)
    with _lock:
        _latest[:] = [(instance, found)]
    return found


def _relaxation(instance: FlowInstance, seconds: float, reached: float) -> Relaxation:
    sources = len(np.unique(instance.source))
    expected = _FLOW * instance.flows + _ARC * sources * len(instance.head)
    found = relax(instance, _MOST * seconds * 2) if expected <= _MOST * seconds else None
    return estimate(instance, reached, _HURRY * min(seconds, 10.0)) if found is None else found
