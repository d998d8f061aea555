"""Who may ask a route: each states it by exactly one gate among its dependencies, and without one the app is not made.

A gate is asked before anything is looked up, so that it tells nothing of what there is. It is a coroutine because the
framework sends plain functions to a thread, which costs every request more than the gate itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi import Depends
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from pinegate.domain.applications.states import APPLICATION, ApplicationEvent
from pinegate.domain.organizations.permissions import ROLES_WITH, Permission
from pinegate.domain.organizations.roles import Role
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.domain.state_table import StateTable
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentUser, SignedIn

EVERYBODY: frozenset[StrEnum] = frozenset(Role)


class NoGateError(Exception):
    """A route that does not say who may ask it."""


class Gate:
    """What a route asks of its caller."""

    def words(self) -> str:
        """For the documentation."""
        raise NotImplementedError

    def roles(self) -> Mapping[str, frozenset[StrEnum]]:
        """Who passes, by event where the route serves several; else under an empty name. Empty: no roles are asked."""
        return {}

    def lesser(self) -> frozenset[StrEnum]:
        """Who passes, but gets a part only."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class Open(Gate):
    """No portal session is asked for. ``who`` is meant instead, and asked elsewhere."""

    who: str

    def words(self) -> str:
        return self.who

    async def __call__(self) -> None:
        """Everybody passes."""


@dataclass(frozen=True, slots=True)
class Needs(Gate):
    """A running session, and ``permission`` unless it is None.

    Who lacks ``whole`` gets a part only: the route asks for it where it matters.
    """

    permission: Permission | None = None
    whole: Permission | None = None

    def words(self) -> str:
        asked = "signed in" if self.permission is None else f"`{self.permission}`"
        return asked if self.whole is None else f"{asked}; all of it: `{self.whole}`"

    def roles(self) -> Mapping[str, frozenset[StrEnum]]:
        return {"": EVERYBODY if self.permission is None else frozenset(ROLES_WITH[self.permission])}

    def lesser(self) -> frozenset[StrEnum]:
        return frozenset() if self.whole is None else self.roles()[""] - ROLES_WITH[self.whole]

    async def __call__(self, user: CurrentUser) -> None:
        if self.permission is not None:
            self.permission.require(user.actor)


@dataclass(frozen=True, slots=True)
class Takes(Gate):
    """A step of a state table: some role that takes one of ``events`` in some state."""

    table: StateTable[Any, Any]
    events: tuple[StrEnum, ...]

    def words(self) -> str:
        return f"{self.table.name}: " + ", ".join(f"`{event}`" for event in self.events)

    def roles(self) -> Mapping[str, frozenset[StrEnum]]:
        return {"": self.table.roles_of(*self.events)}

    async def __call__(self, user: CurrentUser) -> None:
        _must_take(user, self.table, *self.events)


@dataclass(frozen=True, slots=True)
class TakesTheEvent(Gate):
    """The application's step that the path names, one of ``events``; the others are not found."""

    events: frozenset[ApplicationEvent]

    def words(self) -> str:
        return "application: the event"

    def roles(self) -> Mapping[str, frozenset[StrEnum]]:
        return {event: APPLICATION.roles_of(event) for event in ApplicationEvent if event in self.events}

    async def __call__(self, event: ApplicationEvent, user: CurrentUser) -> None:
        if event not in self.events:
            raise ProblemError("not_found")
        _must_take(user, APPLICATION, event)


def _must_take(user: SignedIn, table: StateTable[Any, Any], *events: StrEnum) -> None:
    if not user.actor.may(table.roles_of(*events)):
        raise RuleRefusedError(Refusal.ROLE_MAY_NOT, {"event": " ".join(events)})


def anyone() -> Dependency:
    """The route answers an anonymous caller."""
    return Depends(Open("anyone"))


def signed_in_only(*, whole: Permission | None = None) -> Dependency:
    """The route is everybody's who has signed in; the answer itself is limited to what is theirs."""
    return Depends(Needs(None, whole))


def needs(permission: Permission, *, whole: Permission | None = None) -> Dependency:
    """The route asks for ``permission``."""
    return Depends(Needs(permission, whole))


def takes(table: StateTable[Any, Any], *events: StrEnum) -> Dependency:
    """The route takes one of ``events``; the use case asks the table again, with the state."""
    return Depends(Takes(table, events))


def takes_the_event(events: Iterable[ApplicationEvent]) -> Dependency:
    """The route takes the application's step that its path names."""
    return Depends(TakesTheEvent(frozenset(events)))


def gate_of(route: BaseRoute) -> Gate:
    """The one gate of ``route``.

    Raises:
        NoGateError: there is none, or more than one.
    """
    dependencies = route.dependencies if isinstance(route, APIRoute) else []
    gates = [d.dependency for d in dependencies if isinstance(d.dependency, Gate)]
    if len(gates) != 1:
        raise NoGateError(f"{getattr(route, 'path', route)}: {len(gates)} gates; say who may ask")
    return gates[0]
