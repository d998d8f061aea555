"""The wording of Annex 2, the confidentiality agreement (保密协议)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a clause; ``number`` is 0 where the clause has only one, without a number."""

    clause: int
    number: int
    text: str

    @property
    def id(self) -> str:
        return f"annex_2_{self.clause}" + (f"_{self.number}" if self.number else "")

    @property
    def line(self) -> str:
        """As printed."""
        return f"{self.number}.{self.text}" if self.number else self.text


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause (项) with its heading as printed."""

    number: int
    heading: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def id(self) -> str:
        return f"annex_2_{self.number}"


@dataclass(frozen=True, slots=True)
class AgreementLabels:
    """What is printed at the places to be filled in."""

    cover_party_a: str
    cover_party_b: str
    cover_date: str
    party_a: str
    party_b: str
    seal_a: str
    seal_b: str
    date: str


@dataclass(frozen=True, slots=True)
class AgreementWording:
    """``party_a``: the data bureau as the regulation names it. ``revocation_basis``: on what a revocation rests, as its
    receipt says. ``version``: a later wording has a number of its own; what was signed stays signed on its own text.
    """

    version: int
    annex: str
    title: str
    party_a: str
    preamble: tuple[str, ...]
    labels: AgreementLabels
    clauses: tuple[Clause, ...]
    revocation_basis: str

    def lines(self) -> tuple[str, ...]:
        """All that a person must have read (clause 2.3): headings and paragraphs."""
        return tuple(
            line
            for clause in self.clauses
            for line in (clause.heading, *(paragraph.line for paragraph in clause.paragraphs))
        )
