"""Pinegate (松门): the gate through which a city's shared public video passes."""
