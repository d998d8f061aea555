"""Annex 2, the confidentiality agreement, blank or filled."""

from dataclasses import asdict, dataclass
from datetime import date

from pinegate.adapters.documents import point_list
from pinegate.adapters.documents.point_list import PointLine
from pinegate.adapters.documents.typesetting import typeset
from pinegate.domain.regulation.agreement import AgreementWording


@dataclass(frozen=True)
class AgreementText:
    """What is filled into Annex 2; with nothing but the day on which it is set, the blank agreement.

    `points`: the approved points as they were frozen at approval (clause 1), added as a schedule. `party_a`: the
    bureau, where its name today is another than the regulation's.
    """

    set_on: date
    party_a: str = ""
    party_b: str = ""
    signed_on: date | None = None
    sealed_by_a_on: date | None = None
    sealed_by_b_on: date | None = None
    information_system: str = ""
    points: tuple[PointLine, ...] = ()
    number: str = ""


def render_agreement(agreement: AgreementText, wording: AgreementWording) -> bytes:
    """The agreement as PDF/A-2b: cover, clauses, and the schedule of points where there are any."""
    party_a = agreement.party_a or wording.party_a
    data = asdict(agreement) | {
        "annex": wording.annex,
        "title": wording.title,
        "labels": asdict(wording.labels),
        "party_a": party_a,
        "cover_party_a": party_a if agreement.party_b else "",
        "preamble": wording.preamble,
        "clauses": [
            {
                "heading": clause.heading,
                "paragraphs": [paragraph.line for paragraph in clause.paragraphs],
            }
            for clause in wording.clauses
        ],
        "points": point_list.rows(agreement.points),
    }
    return typeset("agreement", data, agreement.set_on)
