"""Benchmarks: suites of problems, solvers side by side, every answer costed again by :class:`routeopt.Solution`.

Each run is a process of its own, one after the other, on as many cores as the solver has threads, with the
same seconds of wall-clock time. Peers are other packages; each is handed the problem in its own terms.

=======================  ===========================================================
`suites`, `best_known`   which problems, and what their answers are compared with
`entries`, `budget`      which solvers and for how long, from the words of the command line
`jobs`, `run`, `child`   what is to be run; all of it, a row each; one run in its own process
`own`, `peers`           a chain of ours; one other package a module
`rows`, `measures`       what is written down of a run; gap, primal integral, time to a gap
`tables`, `curves`       rows as text and markdown; gaps over time
`machine`                where it ran
=======================  ===========================================================
"""
