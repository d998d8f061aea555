"""What any use case may find: that there is no such thing (for this person), or that it changed meanwhile."""


class NotFoundError(Exception):
    """There is no such thing, or this person may not know of it; the two are not told apart."""


class StaleVersionError(Exception):
    """Somebody else changed it since it was read: read it again."""


class InvalidInputError(Exception):
    """A value of the input cannot be accepted; ``field`` names it, ``message`` says what to correct."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
