"""GB/T 28181 as upper platform, on real sockets and with a real database."""
