"""Words of the catalogue search: Chinese by single and paired characters, the rest by whole words; codes by beginnings.

Two-character words are the most asked for and the first to be missed by trigrams or dictionaries; pairs find them all.
"""

import re

_RUNS = re.compile(r"[㐀-鿿豈-﫿]+|[0-9A-Za-z]+")
_CHINESE = re.compile(r"[㐀-鿿豈-﫿]")
MAX_WORDS = 400
MAX_QUERY_WORDS = 24
_CODE_BEGINS = re.compile(r"[0-9]{6,20}")
"""A code of GB/T 28181 begins with its division's six digits; fewer are a house number."""


def may_begin_a_code(word: str) -> bool:
    """Whether who asks for ``word`` may mean points by their code."""
    return _CODE_BEGINS.fullmatch(word) is not None


def point_words(name: str, address: str, code: str) -> list[str]:
    """Everything by which a point shall be found, but for its code, which has an order of its own."""
    return indexed_words(f"{name} {address}" if may_begin_a_code(code) else f"{name} {address} {code}")


def indexed_words(text: str) -> list[str]:
    """Everything by which ``text`` shall be found; sorted and unique."""
    words: set[str] = set()
    for run in _RUNS.findall(text):
        if _CHINESE.match(run):
            words.update(run)
            words.update(run[i : i + 2] for i in range(len(run) - 1))
        else:
            words.add(run.lower())
    return sorted(words)[:MAX_WORDS]


def asked_words(text: str) -> list[str]:
    """What a query must contain, all of them; Chinese runs of two and more become pairs."""
    words: list[str] = []
    for run in _RUNS.findall(text):
        if not _CHINESE.match(run):
            words.append(run.lower())
        elif len(run) == 1:
            words.append(run)
        else:
            words.extend(run[i : i + 2] for i in range(len(run) - 1))
    return words[:MAX_QUERY_WORDS]
