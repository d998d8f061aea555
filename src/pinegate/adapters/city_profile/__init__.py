"""Profiles of cities: Huangshan's, which ships, or the folder that the settings name."""
