"""Why signing in was refused; each member is the API's error code."""

from enum import StrEnum


class SignInRefusal(StrEnum):
    """``wrong_credentials`` says neither whether the login exists nor whether it may sign in."""

    WRONG_CREDENTIALS = "wrong_credentials"
    LOCKED_OUT = "locked_out"
    TOTP_REQUIRED = "totp_required"
