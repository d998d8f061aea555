"""Pinegate (松门): the gate through which a city's shared public video passes."""

__version__ = "0.1.0"
