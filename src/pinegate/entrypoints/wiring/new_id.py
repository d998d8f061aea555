from uuid import uuid4


def new_id() -> str:
    """An opaque id that nobody can guess from another."""
    return str(uuid4())
