"""Benchmarks: suites of problems, solvers side by side, every answer costed again by :class:`routeopt.Solution`.

Each run is a process of its own, one after the other, on as many cores as the solver has threads, with the
same seconds of wall-clock time. Peers are other packages; each is handed the problem in its own terms.

=================  ===========================================================
`suites`           which problems, and how their legs are rounded
`best_known`       what their answers are compared with
`entries`          which solvers, from the words of the command line
`peers`            one other package a module
`child`, `run`     one run in its own process; all of them, a row each
`rows`             what is written down of a run
`measures`         gap, primal integral, time to a gap
`tables`           rows as text, markdown and CSV; `curves` draws them
=================  ===========================================================
"""
