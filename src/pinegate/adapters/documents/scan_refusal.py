"""Why an upload is not taken, said by whoever looked at it: the store itself or the process that took it apart."""

import json
from typing import Literal, cast

MediaType = Literal["application/pdf", "image/png", "image/jpeg"]
RefusalCode = Literal[
    "empty",
    "too_large",
    "unknown_type",
    "damaged",
    "too_many_pixels",
    "too_much_in_it",
    "locked",
    "other_form",
]


class ScanRefusedError(ValueError):
    """An upload that is not taken; ``message`` says to its sender what to correct."""

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(json.dumps([code, message], ensure_ascii=False))
        self.code: RefusalCode = code
        self.message = message

    @classmethod
    def told(cls, text: str) -> "ScanRefusedError":
        """From the text of one, which came from another process."""
        try:
            code, message = cast(list[str], json.loads(text))
        except ValueError:
            return cls("too_much_in_it", "There is too much in the file; scan at a lower resolution.")
        return cls(cast(RefusalCode, code), message)
