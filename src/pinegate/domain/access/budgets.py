"""How often what costs everybody may be asked for: by a person, for an information system, by a unit."""

from dataclasses import dataclass
from enum import StrEnum


class Activity(StrEnum):
    """What is asked for; ``…_spent`` is the refusal's code."""

    PLAYS = "plays"
    SNAPSHOTS = "snapshots"
    SEARCHES = "searches"


class Whose(StrEnum):
    """Whose budget it is, by the audit log's word for such a subject."""

    PERSON = "person"
    SYSTEM = "system"
    UNIT = "organization"


@dataclass(frozen=True, slots=True)
class Budget:
    """So many at once, and as many again spread over each minute."""

    person: int
    system: int
    unit: int

    def of(self, whose: Whose) -> int:
        return {Whose.PERSON: self.person, Whose.SYSTEM: self.system, Whose.UNIT: self.unit}[whose]


@dataclass(frozen=True, slots=True)
class Budgets:
    """What nobody's work comes near to, and a program gone wild does in a second [D]."""

    plays: Budget = Budget(300, 1_500, 3_000)
    snapshots: Budget = Budget(120, 600, 1_200)
    searches: Budget = Budget(600, 3_000, 6_000)

    def of(self, activity: Activity) -> Budget:
        return {
            Activity.PLAYS: self.plays,
            Activity.SNAPSHOTS: self.snapshots,
            Activity.SEARCHES: self.searches,
        }[activity]
