"""A line of the 使用登记 as the API shows it."""

from typing import Any

from sqlalchemy import Row

from pinegate.entrypoints.http_api.access.answers import split_reason
from pinegate.entrypoints.http_api.access.operations import PROTOCOL_NAMES
from pinegate.entrypoints.http_api.register.models import RegisterEntryOut

_COLUMNS = [name for name in RegisterEntryOut.model_fields if name != "end_code"]


def register_entry(row: Row[*tuple[Any, ...]]) -> RegisterEntryOut:
    """A row of the register; what was delivered and why it ended in the words in which it was asked for."""
    found: dict[str, Any] = {name: getattr(row, name) for name in _COLUMNS}
    found["protocol"] = PROTOCOL_NAMES.get(row.protocol, row.protocol)
    found["end_reason"], found["end_code"] = split_reason(row.end_reason)
    return RegisterEntryOut(**found)
