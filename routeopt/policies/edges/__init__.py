"""The edge scorer: which stops follow each other in good plans, learnt from plans of our own engine.

The idea is NeuroLKH's (Xin, Song, Cao and Zhang 2021): a network on the graph of the nearest stops gives each edge a
score, and search looks at edges in the order of their scores rather than of their lengths.
"""
