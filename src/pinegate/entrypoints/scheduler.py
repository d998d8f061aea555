"""What happens by date and by itself: expiry, lapsing, revocations whose last picture has ended, records past their
time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pinegate.adapters.database.transaction import Transaction
from pinegate.entrypoints.services import Services
from pinegate.usecases.act import Act
from pinegate.usecases.applications.lapse import lapse_unsigned
from pinegate.usecases.audit.forget_expired import forget_expired
from pinegate.usecases.catalogue.settle_tallies import settle_tallies
from pinegate.usecases.grants.complete_revocation import complete_revocations
from pinegate.usecases.grants.expire import expire_due

_log = structlog.get_logger(__name__)
_EVERY_SECONDS = 2.0
_MINUTE_SECONDS = 60.0
_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Job:
    """``run`` does one bounded piece and gives what it did, or nothing when nothing is due."""

    name: str
    run: Callable[[Transaction, Act], Awaitable[Sequence[str]]]
    every_seconds: float = _EVERY_SECONDS


async def run_scheduler(services: Services) -> None:
    """Serve until cancelled. Each job has a transaction of its own: one that fails stops no other."""

    async def lapse(tx: Transaction, act: Act) -> Sequence[str]:
        return await lapse_unsigned(tx, services.deadlines.agreement, act)

    jobs = (
        Job("expire_due", expire_due),
        Job("lapse_unsigned", lapse),
        Job("complete_revocations", complete_revocations),
        Job("settle_tallies", settle_tallies, _MINUTE_SECONDS),
        Job("forget_expired", forget_expired, _DAY_SECONDS),
    )
    due = dict.fromkeys(jobs, 0.0)
    was_short = False
    while True:
        short = services.disk.short()
        if short and not was_short:
            _log.error(
                "disk_space_ran_short",
                meaning="uploads are refused; make room, or play stops when it is full",
            )
        was_short = short
        for job in jobs:
            if services.monotonic() >= due[job]:
                due[job] = services.monotonic() + job.every_seconds
                while await _run(services, job):
                    pass
        await asyncio.sleep(_EVERY_SECONDS)


async def _run(services: Services, job: Job) -> bool:
    """Whether anything was done, and more may be due."""
    try:
        async with services.database.transaction() as tx:
            done = await job.run(tx, Act(None, services.now(), services.new_id))
    except SQLAlchemyError as error:
        _log.warning("scheduled_job_failed", job=job.name, error=type(error).__name__)
        return False
    if done:
        _log.info("scheduled_job_done", job=job.name, count=len(done))
    return bool(done)
