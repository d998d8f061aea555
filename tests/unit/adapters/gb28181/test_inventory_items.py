"""What a device calls its cameras, made fit for a database column."""

import pytest

from pinegate.adapters.gb28181.inventory_items import inventory_item, storable
from pinegate.protocols.manscdp.catalog import CatalogInfo, CatalogItem


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("老街\x00东口", "老街\ufffd东口"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("tab\tand line\n", "tab and line "),
        ("老街\u202e口东\u2066", "老街口东"),
        ("\u200f\x85", "\ufffd"),
        ("x" * 400, "x" * 200),
    ],
)
def test_what_a_database_refuses_is_replaced_and_the_rest_kept(text: str, kept: str) -> None:
    assert storable(text) == kept
    storable(text).encode()


def test_every_text_of_an_item_is_made_storable() -> None:
    item = inventory_item(
        CatalogItem(
            device_id="3410020000132000\x0001",
            name="\ud800" * 400,
            address="\x00",
            manufacturer="\x00",
            other=(("Ext\x00", "\udfff"),),
        )
    )
    said = [item.channel_code, item.name, item.address, item.manufacturer, *item.raw, *item.raw.values()]
    assert not any("\x00" in text for text in said)
    for text in said:
        text.encode()
    assert len(item.name) == 100


def test_numbers_beyond_their_meaning_are_left_out() -> None:
    item = inventory_item(
        CatalogItem(
            device_id="34100200001320000001",
            longitude=1e300,
            latitude=0.0,
            info=CatalogInfo(ptz_type=10**17, point_type=2),
        )
    )
    assert (item.longitude, item.latitude, item.ptz_type, item.point_class) == (None, None, None, 2)
