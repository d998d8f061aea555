"""State machines as tables: the code asks the table, and the documentation's diagrams are drawn from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from pinegate.domain.refusal import Refusal, RuleRefusedError

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Transition(Generic[S, E]):
    """One row: in ``source``, ``event`` done by one of ``roles`` leads to ``target``.

    ``source`` None is the birth of the thing. Empty ``roles``: the program itself does it (a deadline, a
    consequence).
    ``clause`` is where the regulation asks for it; ``[D]`` marks our own design.
    """

    source: S | None
    event: E
    target: S
    roles: frozenset[StrEnum] = frozenset()
    clause: str = "[D]"


class StateTable(Generic[S, E]):
    """All rows of one machine; looked up by (state, event)."""

    def __init__(self, name: str, rows: Iterable[Transition[S, E]]) -> None:
        self.name = name
        self.rows = tuple(rows)
        self._by_key: Mapping[tuple[S | None, E], Transition[S, E]] = {
            (r.source, r.event): r for r in self.rows
        }
        if len(self._by_key) != len(self.rows):
            raise ValueError(f"{name}: two rows share state and event")

    def find(self, state: S | None, event: E) -> Transition[S, E] | None:
        """The row for ``event`` in ``state``, or None where the regulation knows no such step."""
        return self._by_key.get((state, event))

    def step(self, state: S | None, event: E, roles: frozenset[StrEnum] | None = None) -> S:
        """The state after ``event``, done by somebody with ``roles``; None: the program itself does it.

        Raises:
            RuleRefusedError: ``no_such_step``; ``role_may_not``, also where a person does what follows by itself, or
                the program what is a person's to do.
        """
        row = self.find(state, event)
        if row is None:
            raise RuleRefusedError(Refusal.NO_SUCH_STEP, {"state": state or "", "event": event})
        may = not row.roles if roles is None else bool(row.roles & roles)
        if not may:
            raise RuleRefusedError(Refusal.ROLE_MAY_NOT, {"event": event})
        return row.target

    def events_for(self, state: S | None, roles: frozenset[StrEnum]) -> tuple[E, ...]:
        """What somebody with ``roles`` may do in ``state``: the portal's buttons."""
        return tuple(row.event for row in self.rows if row.source == state and row.roles & roles)

    def events_of(self, roles: frozenset[StrEnum]) -> list[E]:
        """What somebody with ``roles`` takes in some state."""
        return list(dict.fromkeys(row.event for row in self.rows if row.roles & roles))

    def roles_of(self, *events: E) -> frozenset[StrEnum]:
        """Whoever takes one of ``events`` in some state; nobody, where the program itself does."""
        return frozenset(role for row in self.rows if row.event in events for role in row.roles)

    def states_of(self, event: E, roles: frozenset[StrEnum] | None = None) -> tuple[S, ...]:
        """Where ``event`` is possible; with ``roles``: where somebody with one of them takes it."""
        rows = (row for row in self.rows if row.event == event and (roles is None or row.roles & roles))
        return tuple(row.source for row in rows if row.source is not None)

    def as_mermaid(self) -> str:
        """The diagram of the documentation (mermaid ``stateDiagram-v2``)."""
        lines = ["stateDiagram-v2"]
        for row in self.rows:
            source = "[*]" if row.source is None else row.source.value
            by = ", ".join(sorted(role.value for role in row.roles)) or "program"
            lines.append(f"    {source} --> {row.target.value}: {row.event.value} ({by})")
        return "\n".join(lines) + "\n"
