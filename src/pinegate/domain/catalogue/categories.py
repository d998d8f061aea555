"""监控类别 (Annex 1 note 2): an open list of what cameras look at."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Categories:
    """``names``: code → the regulation's wording. ``words``: code → words in a name or address that suggest it."""

    names: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]

    def suggested_by(self, text: str) -> str:
        """What a point's name and address suggest; the cataloguer decides. Empty where nothing speaks."""
        return next((code for code, words in self.words.items() if any(word in text for word in words)), "")
