"""What each change added to the tallies of points becomes one sum, so that counting stays quick."""

from collections.abc import Sequence

from pinegate.usecases.act import Act
from pinegate.usecases.catalogue.ports import TallyTransaction

_AT_ONCE = 500


async def settle_tallies(tx: TallyTransaction, act: Act) -> Sequence[str]:
    """One bounded batch; names it while there is more."""
    return ["cells"] if await tx.tallies.settle(_AT_ONCE) == _AT_ONCE else []
