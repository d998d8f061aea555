"""Plays GB/T 28181 devices and lower platforms with cameras. Knows of Pinegate its codecs only."""

__version__ = "0.1.0"
