"""A small Huangshan to try everything on: organizations, people, a simulated police platform, one granted unit."""
