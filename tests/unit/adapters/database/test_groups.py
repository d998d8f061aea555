"""Who comes while the database is at work is answered together with the others, and by nobody's fault but his own."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from pinegate.adapters.database.groups import Groups


class Database:
    """Answers when it is let; refuses what is in ``refused``; is away for what is in ``away_for``."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.free = asyncio.Event()
        self.free.set()
        self.refused: set[int] = set()
        self.away_for: set[int] = set()

    async def answer(self, asked: Sequence[int]) -> Sequence[str]:
        self.groups.append(list(asked))
        await self.free.wait()
        if self.away_for & set(asked):
            raise OperationalError("", None, Exception())
        if self.refused & set(asked):
            raise IntegrityError("", None, Exception())
        return [f"answer to {number}" for number in asked]


async def turn() -> None:
    """Let everything happen that can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_comes_alone_waits_for_nobody() -> None:
    database = Database()
    assert await Groups(database.answer).ask(1) == "answer to 1"
    assert database.groups == [[1]]


async def test_what_comes_meanwhile_is_asked_together_next_and_each_gets_its_own_answer() -> None:
    database = Database()
    groups = Groups(database.answer)
    database.free.clear()
    first = asyncio.create_task(groups.ask(0))
    await turn()
    others = [asyncio.create_task(groups.ask(number)) for number in range(1, 6)]
    await turn()
    assert database.groups == [[0]] and groups.longest_wait > 0.0
    database.free.set()
    assert await first == "answer to 0"
    assert await asyncio.gather(*others) == [f"answer to {number}" for number in range(1, 6)]
    assert database.groups == [[0], [1, 2, 3, 4, 5]] and groups.longest_wait == 0.0


async def test_one_that_the_database_refuses_spoils_nobody_elses_answer() -> None:
    database = Database()
    database.refused = {2}
    groups = Groups(database.answer)
    answers = await asyncio.gather(*(groups.ask(number) for number in range(4)), return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, str)] == [
        "answer to 0",
        "answer to 1",
        "answer to 3",
    ]
    assert isinstance(answers[2], IntegrityError)


async def test_a_database_that_is_away_is_told_to_the_whole_group_and_asked_anew_for_the_next() -> None:
    database = Database()
    database.away_for = {1}
    groups = Groups(database.answer)
    answers = await asyncio.gather(*(groups.ask(number) for number in range(3)), return_exceptions=True)
    assert all(isinstance(answer, OperationalError) for answer in answers)
    assert database.groups == [[0, 1, 2]]
    assert await groups.ask(7) == "answer to 7"


async def test_who_goes_away_while_waiting_is_not_asked_for() -> None:
    database = Database()
    groups = Groups(database.answer)
    database.free.clear()
    first = asyncio.create_task(groups.ask(0))
    await turn()
    gone, stays = asyncio.create_task(groups.ask(1)), asyncio.create_task(groups.ask(2))
    await turn()
    gone.cancel()
    await turn()
    database.free.set()
    await asyncio.gather(first, stays)
    assert database.groups == [[0], [2]]
    with pytest.raises(asyncio.CancelledError):
        await gone
