"""Which wording of Annex 2 is signed, and what of it a person must have read (clause 2.3)."""

from pinegate.domain.regulation.agreement import CLAUSES

TEXT_VERSION = 1
"""Of 2020-06-12. A later wording gets a number of its own; what was signed stays signed on its own text."""


def duty_paragraphs() -> tuple[str, ...]:
    """The whole agreement, headings and paragraphs: 提示视频资源的保密性和应承担的义务."""
    lines: list[str] = []
    for clause in CLAUSES:
        lines.append(clause.heading)
        for paragraph in clause.paragraphs:
            number = f"{paragraph.number}." if paragraph.number else ""
            lines.append(f"{number}{paragraph.text}")
    return tuple(lines)
