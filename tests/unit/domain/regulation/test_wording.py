import re
from pathlib import Path

from pinegate.domain.regulation import agreement, application_form, measures

SOURCE = next((Path(__file__).parents[3] / "golden").glob("黄山市*.txt")).read_text(encoding="utf-8")


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_the_notice_and_the_articles_are_those_of_the_regulation_character_for_character():
    parts = [
        measures.NOTICE_TITLE,
        measures.NOTICE_ADDRESSEES,
        measures.NOTICE_TEXT,
        *measures.NOTICE_ISSUERS,
    ]
    parts += [measures.NOTICE_DATE, measures.TITLE]
    for article in measures.ARTICLES:
        parts += [article.label, article.text]
    assert squeezed("".join(parts)) == squeezed(SOURCE.split("附件1\n")[0])


def test_the_clauses_of_the_agreement_are_those_of_annex_2_character_for_character():
    labels = agreement.LABELS
    parts = [agreement.ANNEX, agreement.TITLE, labels["cover_party_a"], labels["cover_party_b"]]
    parts += [labels["cover_date"], "年月日", labels["party_a"], agreement.PARTY_A, labels["party_b"]]
    parts += agreement.PREAMBLE
    for clause in agreement.CLAUSES:
        parts.append(clause.heading)
        for paragraph in clause.paragraphs:
            parts += [f"{paragraph.number}." if paragraph.number else "", paragraph.text]
    parts += [labels["seal_a"], labels["seal_b"], labels["date"], labels["date"]]
    assert squeezed("".join(parts)) == squeezed("附件2\n" + SOURCE.split("附件2\n")[1])


def test_every_label_and_note_of_the_form_stands_in_annex_1():
    annex = squeezed(SOURCE.split("附件1\n")[1].split("附件2\n")[0])
    for label in application_form.LABELS.values():
        assert squeezed(label) in annex, label
    for note in application_form.NOTES:
        assert f"{note.number}.{note.text}" in annex
    for category in application_form.CATEGORIES_OF_NOTE_2:
        assert category in application_form.NOTES[1].text


def test_every_part_of_the_regulation_has_an_id_of_its_own():
    ids = [article.id for article in measures.ARTICLES] + [note.id for note in application_form.NOTES]
    ids += [paragraph.id for clause in agreement.CLAUSES for paragraph in clause.paragraphs]
    assert len(ids) == len(set(ids)) == 8 + 4 + 11
    assert {"article_5", "annex_1_note_3", "annex_2_2_2", "annex_2_3"} <= set(ids)
