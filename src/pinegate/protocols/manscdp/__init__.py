"""MANSCDP: the XML bodies of GB/T 28181 MESSAGE, SUBSCRIBE and NOTIFY requests."""
