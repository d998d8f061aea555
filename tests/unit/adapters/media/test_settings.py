from typing import Any

import pytest

from pinegate.adapters.media.settings import MediaSettings


def test_the_workers_share_the_ports_without_overlap() -> None:
    settings = MediaSettings(workers=3, rtp_ports=(30000, 30999))
    shares = [settings.rtp_ports_of(index) for index in range(3)]
    assert shares == [(30000, 30332), (30333, 30665), (30666, 30998)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"workers": 0},
        {"rtp_ports": (31000, 30000)},
        {"rtp_ports": (0, 100)},
        {"workers": 4, "rtp_ports": (30000, 30002)},
        {"workers": 2, "play_bases": ("https://v.example",)},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        MediaSettings(**wrong)
