"""The catalogue: camera points, what may be done with them, and how they are listed."""
