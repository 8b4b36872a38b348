"""Policies that are trained with torch: networks, what they learn from, and how they are trained."""
