"""Budgets are spent before anything else is done; what they refuse is counted, to be written as one event a subject."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from pinegate.domain.access.budgets import Activity, Budgets, Whose
from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.token_buckets import TokenBuckets
from pinegate.usecases.act import Act, Party

_MINUTE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Spender:
    """Who asks, by what is known without the database: the unit and the person of the portal session or the signed
    request. ``system_id`` is what the request names, which in the portal may be another unit's.
    """

    unit_id: str
    person_id: str
    system_id: str | None = None

    def subjects(self) -> Iterable[tuple[Whose, str]]:
        """The narrowest first: who is refused alone takes nothing from the unit."""
        yield Whose.PERSON, self.person_id
        if self.system_id is not None:
            yield Whose.SYSTEM, self.system_id
        yield Whose.UNIT, self.unit_id


class BudgetSpentError(Exception):
    """Not now: ``whose`` budget of ``limit`` a minute is spent, and the next is due in ``seconds``."""

    def __init__(self, activity: Activity, whose: Whose, limit: int, seconds: float) -> None:
        super().__init__(f"{activity} of the {whose}: {limit} a minute")
        self.activity = activity
        self.whose = whose
        self.limit = limit
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Refusals:
    """``count`` times one subject was refused, first at ``since`` (seconds that never go back)."""

    activity: Activity
    whose: Whose
    subject_id: str
    unit_id: str
    since: float
    limit: int
    count: int = 0

    def event(self, act: Act, now: float) -> AuditEvent:
        """All of them in one; ``now``: the moment of ``act`` in the seconds of ``since``."""
        person_id = self.subject_id if self.whose is Whose.PERSON else None
        return act.event_of(
            Party(person_id, self.unit_id),
            AuditEventName.BUDGET_SPENT,
            self.whose.value,
            self.subject_id,
            activity=self.activity.value,
            a_minute=self.limit,
            refused=self.count,
            since=(act.now - timedelta(seconds=now - self.since)).isoformat(),
        )


class Spending:
    """The budgets of everybody. In memory: a restart gives everybody a full one, which harms nobody."""

    def __init__(self, budgets: Budgets | None = None) -> None:
        self._budgets = budgets or Budgets()
        self._buckets = {
            (activity, whose): TokenBuckets(burst=limit, per_second=limit / _MINUTE_SECONDS)
            for activity in Activity
            for whose in Whose
            for limit in [self._budgets.of(activity).of(whose)]
        }
        self._refused: dict[tuple[Activity, Whose, str, str], Refusals] = {}

    def spend(self, activity: Activity, spender: Spender, now: float) -> None:
        """Take one of each budget of ``spender``, or none of any.

        Raises:
            BudgetSpentError: one of them is spent.
        """
        paid: list[tuple[TokenBuckets, str]] = []
        for whose, subject_id in spender.subjects():
            buckets = self._buckets[activity, whose]
            # Under the unit: nobody spends what is another unit's by naming its system.
            key = f"{spender.unit_id} {subject_id}"
            if not buckets.allow(key, now):
                for others, paid_key in paid:
                    others.pay_back(paid_key, 1)
                limit = self._budgets.of(activity).of(whose)
                self._count(Refusals(activity, whose, subject_id, spender.unit_id, now, limit, 1))
                raise BudgetSpentError(activity, whose, limit, buckets.seconds_to_next(key))
            paid.append((buckets, key))

    def take_refused(self) -> list[Refusals]:
        """What was refused since the last call; ``put_back`` what could not be written."""
        refused, self._refused = list(self._refused.values()), {}
        return refused

    def put_back(self, refused: Iterable[Refusals]) -> None:
        for one in refused:
            self._count(one)

    def _count(self, more: Refusals) -> None:
        key = (more.activity, more.whose, more.subject_id, more.unit_id)
        known = self._refused.get(key, replace(more, count=0))
        self._refused[key] = replace(
            known, since=min(known.since, more.since), count=known.count + more.count
        )
