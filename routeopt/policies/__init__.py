"""What is learned: networks, how they are trained, and what is exported of them. A folder is a policy."""
