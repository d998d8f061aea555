"""How much a person and a unit may hand in within a day."""

from dataclasses import dataclass
from datetime import timedelta

from pinegate.domain.refusal import Refusal, RuleRefusedError

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Amount:
    """So many files, of so many bytes together."""

    files: int
    size: int

    def reaches(self, limit: "Amount") -> bool:
        return self.files >= limit.files or self.size >= limit.size


@dataclass(frozen=True, slots=True)
class UploadQuota:
    """The most of one day [D]."""

    person: Amount = Amount(200, 1 << 30)
    unit: Amount = Amount(1_000, 4 << 30)

    def check(self, by_person: Amount, by_unit: Amount) -> None:
        """Raises :class:`RuleRefusedError` when what was handed in since a day ago is as much as may be."""
        for whose, spent, limit in (("person", by_person, self.person), ("unit", by_unit, self.unit)):
            if spent.reaches(limit):
                raise RuleRefusedError(
                    Refusal.UPLOADS_SPENT,
                    {"whose": whose, "files": str(limit.files), "megabytes": str(limit.size >> 20)},
                )
