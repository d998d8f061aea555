"""AES-256-GCM for secrets at rest; the key is a file of the data folder, never in the database."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_NONCE_BYTES = 12


class SecretBoxError(Exception):
    """A sealed value was made with another key or for another place. Restore the key that belongs to this database."""


class AesGcmBox:
    """Implements ``usecases.identity.ports.SecretBox``. Sealed form: version 1, nonce (12 bytes), ciphertext, tag."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the key has 32 bytes")
        self._aead = AESGCM(key)

    def seal(self, plain: bytes, context: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._aead.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Raises :class:`SecretBoxError`."""
        if sealed[:1] != _VERSION:
            raise SecretBoxError("a sealed value of an unknown version")
        nonce, box = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._aead.decrypt(nonce, box, context.encode())
        except InvalidTag:
            raise SecretBoxError(f"the sealed value in {context} does not open with this key") from None
