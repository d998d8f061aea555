"""TOTP by pyotp."""

import hmac
from datetime import datetime

from pyotp import random_base32
from pyotp.totp import TOTP

_STEP_SECONDS = 30
_STEPS_AROUND = (0, -1, 1)


class PyotpCodes:
    """Implements ``usecases.identity.ports.OneTimeCodes``."""

    def __init__(self, issuer: str = "Pinegate") -> None:
        self._issuer = issuer

    def new_secret(self) -> str:
        return random_base32()

    def matching_step(self, secret: str, code: str, now: datetime) -> int | None:
        totp = TOTP(secret)
        step = int(now.timestamp()) // _STEP_SECONDS
        matches = [
            step + offset
            for offset in _STEPS_AROUND
            if hmac.compare_digest(totp.generate_otp(step + offset).encode(), code.encode())
        ]
        return matches[0] if matches else None

    def address(self, secret: str, login: str) -> str:
        return TOTP(secret).provisioning_uri(name=login, issuer_name=self._issuer)
