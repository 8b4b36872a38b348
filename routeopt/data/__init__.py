"""What goes in and out: readers and writers, one format a file, and seeded generators of instances."""
