"""What budgets refused, in the audit log: once a minute and at the end, one event for each subject."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pinegate.entrypoints.services import Services
from pinegate.usecases.act import Act

_log = structlog.get_logger(__name__)
_EVERY_SECONDS = 60.0


async def run_spent_budgets(services: Services) -> None:
    """Serve until cancelled."""
    try:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            await write_spent_budgets(services)
    finally:
        await write_spent_budgets(services)


async def write_spent_budgets(services: Services) -> None:
    """Write what is known; what the database does not take is kept for the next time."""
    refused = services.spending.take_refused()
    if not refused:
        return
    act = Act(None, services.now(), services.new_id)
    try:
        async with services.database.transaction() as tx:
            await tx.audit.append(*(one.event(act, services.monotonic()) for one in refused))
    except BaseException as error:
        services.spending.put_back(refused)
        if not isinstance(error, SQLAlchemyError):
            raise
        _log.warning("spent_budgets_not_written", error=type(error).__name__)
        return
    _log.warning("budgets_spent", subjects=len(refused), refused=sum(one.count for one in refused))
