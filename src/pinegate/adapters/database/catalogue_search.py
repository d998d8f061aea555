"""How a search for words goes, by how many points they find.

Left to itself the database looked for a code in the order of the list: it holds each word that it does not know for
common, and read a million points to find one.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.keyset_pages import Order, Page, count_some, keyset_page
from pinegate.adapters.database.tables import camera_points
from pinegate.adapters.database.visible_points import PointFilter, with_words

_LOOKED_THROUGH = 20_000
_search, _code = camera_points.c.search, camera_points.c.channel_code


async def searched_page(
    connection: AsyncConnection,
    listed: Callable[..., Select[Any]],
    asked: PointFilter,
    order: Order,
    limit: int,
    after: str,
) -> Page:
    """One page of what ``listed(asked)`` selects, in ``order``.

    Words that few points have are looked up, and what they find is sorted. Words that many have are come across in
    the order of the list itself, unless all that have them stand together far down, like those of one district.

    Raises:
        InvalidInputError: no page of such a list answered ``after``.
    """
    found = await count_some(connection, listed(asked))
    if found.at_least:
        others = listed(replace(asked, words=""), _search)
        if after:
            others = others.where(order.beyond(after))
        near = others.order_by(*order.by()).limit(_LOOKED_THROUGH).subquery()
        columns = [column for column in near.c if column.name != _search.name]
        query = select(*columns).where(with_words(asked.words, near.c))
        page = await keyset_page(connection, query, order.of(near.c), limit, after, counted=found)
        if page.next is not None:
            return page
    those = listed(asked).offset(0).subquery()  # which the planner looks into no further
    return await keyset_page(connection, select(those), order.of(those.c), limit, after, counted=found)
