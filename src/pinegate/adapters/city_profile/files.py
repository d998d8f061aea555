"""The files of a profile as they are written, and what of the domain each becomes."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pinegate.domain.catalogue.divisions import Bounds, Division, DivisionTree
from pinegate.domain.regulation.agreement import AgreementLabels, AgreementWording, Clause, Paragraph
from pinegate.domain.regulation.application_form import FormLabels, FormWording, Note
from pinegate.domain.regulation.measures import Article, Measures, Notice

_Text = Annotated[str, Field(min_length=1)]
_Longitude = Annotated[float, Field(ge=-180, le=180)]
_Latitude = Annotated[float, Field(ge=-90, le=90)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BoundsPart(_File):
    west: _Longitude
    south: _Latitude
    east: _Longitude
    north: _Latitude

    def bounds(self) -> Bounds:
        return Bounds(self.west, self.south, self.east, self.north)


class CityFile(_File):
    """``city.toml``."""

    sip_id: Annotated[str, Field(pattern=r"^\d{20}$")]
    bounds: BoundsPart
    categories: dict[str, _Text]
    category_words: dict[str, tuple[_Text, ...]] = {}


class _Town(_File):
    code: Annotated[str, Field(pattern=r"^\d{9}$")]
    name: _Text


class _City(_File):
    code: Annotated[str, Field(pattern=r"^\d{6}$")]
    name: _Text


class _District(_City):
    towns: list[_Town]


class DivisionsFile(_File):
    """``divisions.json``. ``source``, ``note``: for people."""

    source: str = ""
    note: str = ""
    city: _City
    districts: list[_District]

    def tree(self) -> DivisionTree:
        districts = tuple(
            Division(
                district.code,
                district.name,
                tuple(Division(town.code, town.name) for town in district.towns),
            )
            for district in self.districts
        )
        return DivisionTree(Division(self.city.code, self.city.name, districts))


class _Article(_File):
    label: _Text
    text: _Text


class MeasuresFile(_File):
    """``measures.toml``."""

    title: _Text
    in_force_from: date
    notice: Notice
    articles: list[_Article]

    def measures(self) -> Measures:
        articles = tuple(
            Article(n, article.label, article.text) for n, article in enumerate(self.articles, 1)
        )
        return Measures(self.title, self.in_force_from, self.notice, articles)


class FormFile(_File):
    """``application_form.toml``."""

    annex: _Text
    title: _Text
    labels: FormLabels
    organization_natures: tuple[_Text, _Text, _Text]
    notes: list[_Text]

    def wording(self) -> FormWording:
        notes = tuple(Note(number, text) for number, text in enumerate(self.notes, 1))
        return FormWording(self.annex, self.title, self.labels, self.organization_natures, notes)


class _Clause(_File):
    heading: _Text
    paragraphs: Annotated[list[_Text], Field(min_length=1)]

    def clause(self, number: int) -> Clause:
        alone = len(self.paragraphs) == 1
        return Clause(
            number,
            self.heading,
            tuple(
                Paragraph(number, 0 if alone else position, text)
                for position, text in enumerate(self.paragraphs, 1)
            ),
        )


class AgreementFile(_File):
    """``agreement.toml``."""

    version: Annotated[int, Field(ge=1)]
    annex: _Text
    title: _Text
    party_a: _Text
    preamble: tuple[_Text, ...]
    labels: AgreementLabels
    clauses: list[_Clause]
    revocation_basis: _Text

    def wording(self) -> AgreementWording:
        return AgreementWording(
            version=self.version,
            annex=self.annex,
            title=self.title,
            party_a=self.party_a,
            preamble=self.preamble,
            labels=self.labels,
            clauses=tuple(clause.clause(number) for number, clause in enumerate(self.clauses, 1)),
            revocation_basis=self.revocation_basis,
        )
