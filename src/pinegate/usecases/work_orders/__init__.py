"""What the operator is told to do, and what came of it."""
