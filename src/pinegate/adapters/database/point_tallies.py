"""Keeping the tallies of points short; triggers write them, ``visible_tallies`` reads them."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_KEYS = (
    "level, x, y, device_id, division_code, township_code, category, listing_state, sharing_mark, undecided,"
    " secret, health"
)
_SETTLE = text(f"""
    with cells as (
        select distinct level, x, y, township_code from point_tallies where not settled limit :at_most),
    taken as (
        delete from point_tallies as tally using cells
        where (tally.level, tally.x, tally.y, tally.township_code)
            = (cells.level, cells.x, cells.y, cells.township_code)
        returning tally.*),
    summed as (
        insert into point_tallies ({_KEYS}, points, longitude_sum, latitude_sum, settled)
        select {_KEYS}, sum(points), sum(longitude_sum), sum(latitude_sum), true from taken
        group by {_KEYS} having sum(points) <> 0)
    select count(*) from cells
""")  # noqa: S608 -- constants


class TallyRows:
    """Implements ``usecases.catalogue.ports.PointTallies``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def settle(self, at_most: int) -> int:
        """Make one row of what changes have added to and taken from a cell, in so many cells; how many there were.

        Who reads meanwhile sees either all of the old rows or the new one.
        """
        return (await self._connection.execute(_SETTLE, {"at_most": at_most})).scalar_one()
