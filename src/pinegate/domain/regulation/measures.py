"""A city's measures for sharing video (视频资源共享管理办法): the notice that issued them, and their articles."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Article:
    """One article (条). ``id`` is what code and documents refer to."""

    number: int
    label: str
    text: str

    @property
    def id(self) -> str:
        return f"article_{self.number}"


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice with which the measures were issued."""

    title: str
    addressees: str
    text: str
    issuers: tuple[str, ...]
    date: str


@dataclass(frozen=True, slots=True)
class Measures:
    title: str
    in_force_from: date
    notice: Notice
    articles: tuple[Article, ...]

    @property
    def policy_version(self) -> str:
        """Under which wording a case is brought, as it is written down with the case."""
        return self.in_force_from.isoformat()
