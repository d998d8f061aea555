"""Hostile content is taken apart in programs of ours that have little memory and may crash without harm."""
