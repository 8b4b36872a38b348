"""A policy that scores the arcs of a network for a target."""
