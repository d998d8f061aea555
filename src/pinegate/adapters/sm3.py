"""SM3 (GB/T 32905-2016), by the OpenSSL that comes with `cryptography`: not every Python's own has it."""

from cryptography.hazmat.primitives.hashes import SM3, Hash


def sm3_hex(content: bytes) -> str:
    """The SM3 digest as 64 hexadecimal digits."""
    digest = Hash(SM3())
    digest.update(content)
    return digest.finalize().hex()
