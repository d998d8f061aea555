import re
from dataclasses import asdict
from pathlib import Path

from tests.factories.city_profile import HUANGSHAN

SOURCE = next((Path(__file__).parents[3] / "golden").glob("黄山市*.txt")).read_text(encoding="utf-8")
MEASURES, FORM, AGREEMENT = HUANGSHAN.measures, HUANGSHAN.application_form, HUANGSHAN.agreement


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_the_notice_and_the_articles_are_those_of_the_regulation_character_for_character() -> None:
    notice = MEASURES.notice
    parts = [notice.title, notice.addressees, notice.text, *notice.issuers, notice.date, MEASURES.title]
    for article in MEASURES.articles:
        parts += [article.label, article.text]
    assert squeezed("".join(parts)) == squeezed(SOURCE.split("附件1\n")[0])


def test_the_clauses_of_the_agreement_are_those_of_annex_2_character_for_character() -> None:
    labels = AGREEMENT.labels
    parts = [AGREEMENT.annex, AGREEMENT.title, labels.cover_party_a, labels.cover_party_b]
    parts += [labels.cover_date, "年月日", labels.party_a, AGREEMENT.party_a, labels.party_b]
    parts += [*AGREEMENT.preamble, *AGREEMENT.lines()]
    parts += [labels.seal_a, labels.seal_b, labels.date, labels.date]
    assert squeezed("".join(parts)) == squeezed("附件2\n" + SOURCE.split("附件2\n")[1])


def test_every_label_and_note_of_the_form_stands_in_annex_1() -> None:
    annex = squeezed(SOURCE.split("附件1\n")[1].split("附件2\n")[0])
    for label in asdict(FORM.labels).values():
        assert squeezed(label) in annex, label
    for note in FORM.notes:
        assert f"{note.number}.{note.text}" in annex
    for category in list(HUANGSHAN.categories.names.values())[:7]:
        assert category in FORM.notes[1].text


def test_every_part_of_the_regulation_has_an_id_of_its_own() -> None:
    ids = [article.id for article in MEASURES.articles] + [note.id for note in FORM.notes]
    ids += [paragraph.id for clause in AGREEMENT.clauses for paragraph in clause.paragraphs]
    assert len(ids) == len(set(ids)) == 8 + 4 + 11
    assert {"article_5", "annex_1_note_3", "annex_2_2_2", "annex_2_3"} <= set(ids)
