"""How a camera becomes listed: synced → checked → catalogued → listed ⇄ delisted → retired (articles 2, 4)."""

from dataclasses import dataclass
from enum import StrEnum

from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.permissions import ROLES_WITH, Permission
from pinegate.domain.organizations.roles import Role
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.domain.state_table import StateTable, Transition


class ListingState(StrEnum):
    """上架状态. Only ``listed`` points can be seen by using units."""

    PENDING_CHECK = "pending_check"
    CATALOGUED = "catalogued"
    LISTED = "listed"
    DELISTED = "delisted"
    MISSING = "missing"
    RETIRED = "retired"


class ListingEvent(StrEnum):
    """What can happen to a point."""

    SYNC = "sync"
    EDIT = "edit"
    CATALOGUE = "catalogue"
    LIST = "list"
    DELIST = "delist"
    GO_MISSING = "go_missing"
    RETURN = "return"
    RETIRE = "retire"


_CATALOGUERS = ROLES_WITH[Permission.EDIT_POINTS]
_LISTER = frozenset({Role.OPERATOR_LISTER})
_S, _E = ListingState, ListingEvent

LISTING = StateTable(
    "listing",
    [
        Transition(None, _E.SYNC, _S.PENDING_CHECK, clause="article 4"),
        *(
            Transition(state, _E.EDIT, state, _CATALOGUERS, "article 4")
            for state in (_S.PENDING_CHECK, _S.CATALOGUED, _S.DELISTED, _S.MISSING)
        ),
        Transition(_S.LISTED, _E.EDIT, _S.CATALOGUED, _CATALOGUERS, "article 4"),
        Transition(_S.PENDING_CHECK, _E.CATALOGUE, _S.CATALOGUED, _CATALOGUERS, "article 4"),
        Transition(_S.CATALOGUED, _E.CATALOGUE, _S.CATALOGUED, _CATALOGUERS, "article 4"),
        Transition(_S.DELISTED, _E.CATALOGUE, _S.CATALOGUED, _CATALOGUERS, "article 4"),
        Transition(_S.CATALOGUED, _E.LIST, _S.LISTED, _LISTER, "article 4"),
        Transition(_S.DELISTED, _E.LIST, _S.LISTED, _LISTER, "article 4"),
        Transition(_S.LISTED, _E.DELIST, _S.DELISTED, _LISTER, "article 4"),
        Transition(_S.PENDING_CHECK, _E.GO_MISSING, _S.MISSING),
        Transition(_S.CATALOGUED, _E.GO_MISSING, _S.MISSING),
        Transition(_S.LISTED, _E.GO_MISSING, _S.MISSING),
        Transition(_S.DELISTED, _E.GO_MISSING, _S.MISSING),
        Transition(_S.MISSING, _E.RETURN, _S.PENDING_CHECK),
        Transition(_S.MISSING, _E.RETIRE, _S.RETIRED, _CATALOGUERS),
        Transition(_S.DELISTED, _E.RETIRE, _S.RETIRED, _CATALOGUERS),
    ],
)


_MOVES = frozenset({ListingEvent.CATALOGUE, ListingEvent.LIST, ListingEvent.DELIST, ListingEvent.RETIRE})


def allowed_moves(state: ListingState, actor: Actor) -> tuple[ListingEvent, ...]:
    """The steps between states that ``actor`` may take a point now; editing is asked by :func:`may_edit`."""
    return tuple(event for event in LISTING.events_for(state, actor.roles) if event in _MOVES)


def may_edit(state: ListingState, actor: Actor) -> bool:
    """Whether ``actor`` may change the record of a point in ``state``."""
    return ListingEvent.EDIT in LISTING.events_for(state, actor.roles)


@dataclass(frozen=True, slots=True)
class PointListing:
    """What the listing rules read of a camera point."""

    state: ListingState
    sharing_mark: bool
    secret: bool
    edited_by: str | None = None


def decide_listing(point: PointListing, event: ListingEvent, actor: Actor) -> ListingState:
    """The state after ``event`` by ``actor``.

    Raises:
        RuleRefusedError: no such step; not the actor's role; listing without the police's sharing mark (article 4), of
            a secret point (GB/T 28181 Secrecy), or by the person who edited it (separation of duties).
    """
    target = LISTING.step(point.state, event, actor.roles)
    if event is ListingEvent.LIST:
        if point.secret:
            raise RuleRefusedError(Refusal.SECRET_POINT)
        if not point.sharing_mark:
            raise RuleRefusedError(Refusal.SHARING_MARK_MISSING)
    if event in (ListingEvent.LIST, ListingEvent.DELIST) and point.edited_by == actor.person_id:
        raise RuleRefusedError(Refusal.LISTS_OWN_EDIT)
    return target
