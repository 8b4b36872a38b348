"""Admission and routing of flows: bounds, constructors, improvers and exact methods."""
