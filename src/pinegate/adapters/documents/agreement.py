"""Annex 2, the confidentiality agreement (黄山市视频资源共享保密协议), blank or filled."""

from dataclasses import asdict, dataclass
from datetime import date

from pinegate.adapters.documents import point_list
from pinegate.adapters.documents.point_list import PointLine
from pinegate.adapters.documents.typesetting import typeset
from pinegate.domain.regulation import agreement as regulation


@dataclass(frozen=True)
class AgreementText:
    """What is filled into Annex 2. Without arguments: the blank agreement.

    `points`: the approved points as they were frozen at approval (clause 1), added as a schedule. The
    bureau may have another name today than in the regulation: `party_a` is given, its default is the
    regulation's.
    """

    party_a: str = regulation.PARTY_A
    party_b: str = ""
    signed_on: date | None = None
    sealed_by_a_on: date | None = None
    sealed_by_b_on: date | None = None
    information_system: str = ""
    points: tuple[PointLine, ...] = ()
    number: str = ""
    set_on: date = date(2020, 6, 12)


def render_agreement(agreement: AgreementText) -> bytes:
    """The agreement as PDF/A-2b: cover, clauses, and the schedule of points where there are any."""
    data = asdict(agreement) | {
        "annex": regulation.ANNEX,
        "title": regulation.TITLE,
        "labels": regulation.LABELS,
        "cover_party_a": agreement.party_a if agreement.party_b else "",
        "preamble": regulation.PREAMBLE,
        "clauses": [
            {
                "heading": clause.heading,
                "paragraphs": [
                    f"{paragraph.number}.{paragraph.text}" if paragraph.number else paragraph.text
                    for paragraph in clause.paragraphs
                ],
            }
            for clause in regulation.CLAUSES
        ],
        "points": point_list.rows(agreement.points),
    }
    return typeset("agreement", data, agreement.set_on)
