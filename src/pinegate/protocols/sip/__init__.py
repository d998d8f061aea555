"""SIP as GB/T 28181 uses it (RFC 3261): bytes and time in, messages, events and bytes out; no sockets, no
clock.
"""
