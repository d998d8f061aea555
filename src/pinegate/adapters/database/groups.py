"""What comes while the database is at work is asked of it together, next (docs/decisions/0019).

A statement for many costs little more than for one, and so does a COMMIT. Who comes alone is served at once and waits
for nobody; the busier it is, the larger the groups and the less each one costs.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

_MOST_TOGETHER = 64


@dataclass(slots=True)
class _Asker(Generic[Asked, Answer]):
    asked: Asked
    answer: asyncio.Future[Answer]
    since: float = field(default_factory=monotonic)


class CrowdedError(Exception):
    """So many wait that who came now would wait too long: better told at once than kept."""


class Groups(Generic[Asked, Answer]):
    """``answer`` is given what was asked, in the order of coming, and gives as many answers in that order.

    It begins after the last of its group has come, so it sees whatever was committed before that. When it raises, the
    group is asked one by one, so that one whom the database refuses spoils nobody else's answer; unless the database is
    away, which is told to all. While the first in the queue has waited for longer than ``patience`` seconds nobody is
    let into it: it does not grow when more come than can be answered.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer]]],
        patience: float = float("inf"),
    ) -> None:
        self._answer = answer
        self._patience = patience
        self._waiting: deque[_Asker[Asked, Answer]] = deque()
        self._working: asyncio.Task[None] | None = None

    @property
    def longest_wait(self) -> float:
        """For how many seconds the first in the queue has waited."""
        return monotonic() - self._waiting[0].since if self._waiting else 0.0

    async def ask(self, asked: Asked) -> Answer:
        """The answer to ``asked``, or what ``answer`` raised for it. Raises :class:`CrowdedError`."""
        if self.longest_wait > self._patience:
            raise CrowdedError
        asker = _Asker[Asked, Answer](asked, asyncio.get_running_loop().create_future())
        self._waiting.append(asker)
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await asker.answer

    async def _work(self) -> None:
        try:
            while group := self._next_group():
                await self._serve(group)
        finally:
            self._working = None

    def _next_group(self) -> Sequence[_Asker[Asked, Answer]]:
        group: list[_Asker[Asked, Answer]] = []
        while self._waiting and len(group) < _MOST_TOGETHER:
            asker = self._waiting.popleft()
            if not asker.answer.done():  # who has gone away is not asked for
                group.append(asker)
        return group

    async def _serve(self, group: Sequence[_Asker[Asked, Answer]]) -> None:
        try:
            answers = await self._answer([asker.asked for asker in group])
        except Exception as error:
            if len(group) == 1 or isinstance(error, OperationalError | PoolTimeoutError):
                for asker in group:
                    if not asker.answer.done():
                        asker.answer.set_exception(error)
                return
            for asker in group:
                await self._serve([asker])
            return
        for asker, answer in zip(group, answers, strict=True):
            if not asker.answer.done():
                asker.answer.set_result(answer)
