import pytest

from pinegate.domain.documents.quota import Amount, UploadQuota
from pinegate.domain.refusal import Refusal, RuleRefusedError

QUOTA = UploadQuota(person=Amount(3, 100), unit=Amount(5, 200))


@pytest.mark.parametrize(
    ("person", "unit", "whose"),
    [
        (Amount(3, 3), Amount(3, 3), "person"),
        (Amount(1, 100), Amount(1, 100), "person"),
        (Amount(0, 0), Amount(5, 5), "unit"),
        (Amount(0, 0), Amount(2, 200), "unit"),
    ],
)
def test_whoever_has_spent_files_or_bytes_hands_in_no_more(person: Amount, unit: Amount, whose: str) -> None:
    with pytest.raises(RuleRefusedError) as refused:
        QUOTA.check(person, unit)
    assert refused.value.refusal is Refusal.UPLOADS_SPENT
    assert refused.value.detail["whose"] == whose


def test_below_both_is_free() -> None:
    QUOTA.check(Amount(2, 99), Amount(4, 199))
