"""What pages cost at 10,000 and at 100,000 datasets: statements, blocks that they read, and time."""
