"""Networks from files: one format a module."""
