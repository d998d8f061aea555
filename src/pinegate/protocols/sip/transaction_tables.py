"""The four transaction machines of RFC 3261 section 17, with the Accepted state of RFC 6026, as tables.

``(state, happening) -> (next state, actions)``. What is not in a table is ignored: a late timer, a stray
response. ``TIMERS`` tells which timers start when a state is entered.
"""

from enum import Enum, auto


class State(Enum):
    """States of all four machines."""

    CALLING = auto()
    TRYING = auto()
    PROCEEDING = auto()
    ACCEPTED = auto()
    COMPLETED = auto()
    CONFIRMED = auto()
    TERMINATED = auto()


class Happening(Enum):
    """What can happen to a transaction: a response received (client) or to be sent (server), a request, a
    timer (RFC 3261 17.1, 17.2).
    """

    PROVISIONAL = auto()
    SUCCESS = auto()
    REFUSAL = auto()
    REQUEST = auto()
    ACK = auto()
    RETRANSMIT = auto()
    """Timers A, E and G."""
    GIVE_UP = auto()
    """Timers B, F and H."""
    LINGER_OVER = auto()
    """Timers D, I, J, K, L and M."""


class Action(Enum):
    """What a transition does."""

    PASS_UP = auto()
    """Hand the response (client) to the transaction's user."""
    SEND = auto()
    """Client: the request again. Server: the given response, and keep it."""
    RESEND = auto()
    """Server: the kept response again."""
    ACK = auto()
    """Client INVITE: acknowledge a refusal (RFC 3261 17.1.1.3)."""
    REPORT_TIMEOUT = auto()


class Timer(Enum):
    """Timers by what they do; RFC letters in ``TIMERS``."""

    RETRANSMIT = auto()
    GIVE_UP = auto()
    LINGER = auto()


class Kind(Enum):
    """Which of the four machines."""

    CLIENT_INVITE = auto()
    CLIENT_OTHER = auto()
    SERVER_INVITE = auto()
    SERVER_OTHER = auto()


Table = dict[tuple[State, Happening], tuple[State, tuple[Action, ...]]]

TABLES: dict[Kind, Table] = {
    Kind.CLIENT_INVITE: {  # RFC 3261 17.1.1.2, figure 5; Accepted: RFC 6026 7.2
        (State.CALLING, Happening.RETRANSMIT): (State.CALLING, (Action.SEND,)),
        (State.CALLING, Happening.GIVE_UP): (State.TERMINATED, (Action.REPORT_TIMEOUT,)),
        (State.CALLING, Happening.PROVISIONAL): (State.PROCEEDING, (Action.PASS_UP,)),
        (State.CALLING, Happening.SUCCESS): (State.ACCEPTED, (Action.PASS_UP,)),
        (State.CALLING, Happening.REFUSAL): (State.COMPLETED, (Action.ACK, Action.PASS_UP)),
        (State.PROCEEDING, Happening.PROVISIONAL): (State.PROCEEDING, (Action.PASS_UP,)),
        (State.PROCEEDING, Happening.SUCCESS): (State.ACCEPTED, (Action.PASS_UP,)),
        (State.PROCEEDING, Happening.REFUSAL): (State.COMPLETED, (Action.ACK, Action.PASS_UP)),
        (State.ACCEPTED, Happening.SUCCESS): (State.ACCEPTED, (Action.PASS_UP,)),
        (State.ACCEPTED, Happening.LINGER_OVER): (State.TERMINATED, ()),
        (State.COMPLETED, Happening.REFUSAL): (State.COMPLETED, (Action.ACK,)),
        (State.COMPLETED, Happening.LINGER_OVER): (State.TERMINATED, ()),
    },
    Kind.CLIENT_OTHER: {  # RFC 3261 17.1.2.2, figure 6
        (State.TRYING, Happening.RETRANSMIT): (State.TRYING, (Action.SEND,)),
        (State.TRYING, Happening.GIVE_UP): (State.TERMINATED, (Action.REPORT_TIMEOUT,)),
        (State.TRYING, Happening.PROVISIONAL): (State.PROCEEDING, (Action.PASS_UP,)),
        (State.TRYING, Happening.SUCCESS): (State.COMPLETED, (Action.PASS_UP,)),
        (State.TRYING, Happening.REFUSAL): (State.COMPLETED, (Action.PASS_UP,)),
        (State.PROCEEDING, Happening.RETRANSMIT): (State.PROCEEDING, (Action.SEND,)),
        (State.PROCEEDING, Happening.GIVE_UP): (State.TERMINATED, (Action.REPORT_TIMEOUT,)),
        (State.PROCEEDING, Happening.PROVISIONAL): (State.PROCEEDING, (Action.PASS_UP,)),
        (State.PROCEEDING, Happening.SUCCESS): (State.COMPLETED, (Action.PASS_UP,)),
        (State.PROCEEDING, Happening.REFUSAL): (State.COMPLETED, (Action.PASS_UP,)),
        (State.COMPLETED, Happening.LINGER_OVER): (State.TERMINATED, ()),
    },
    Kind.SERVER_INVITE: {  # RFC 3261 17.2.1, figure 7; Accepted: RFC 6026 7.1
        (State.PROCEEDING, Happening.REQUEST): (State.PROCEEDING, (Action.RESEND,)),
        (State.PROCEEDING, Happening.PROVISIONAL): (State.PROCEEDING, (Action.SEND,)),
        (State.PROCEEDING, Happening.SUCCESS): (State.ACCEPTED, (Action.SEND,)),
        (State.PROCEEDING, Happening.REFUSAL): (State.COMPLETED, (Action.SEND,)),
        (State.ACCEPTED, Happening.SUCCESS): (State.ACCEPTED, (Action.SEND,)),
        (State.ACCEPTED, Happening.LINGER_OVER): (State.TERMINATED, ()),
        (State.COMPLETED, Happening.REQUEST): (State.COMPLETED, (Action.RESEND,)),
        (State.COMPLETED, Happening.RETRANSMIT): (State.COMPLETED, (Action.RESEND,)),
        (State.COMPLETED, Happening.GIVE_UP): (State.TERMINATED, ()),
        (State.COMPLETED, Happening.ACK): (State.CONFIRMED, ()),
        (State.CONFIRMED, Happening.LINGER_OVER): (State.TERMINATED, ()),
    },
    Kind.SERVER_OTHER: {  # RFC 3261 17.2.2, figure 8
        (State.TRYING, Happening.PROVISIONAL): (State.PROCEEDING, (Action.SEND,)),
        (State.TRYING, Happening.SUCCESS): (State.COMPLETED, (Action.SEND,)),
        (State.TRYING, Happening.REFUSAL): (State.COMPLETED, (Action.SEND,)),
        (State.PROCEEDING, Happening.REQUEST): (State.PROCEEDING, (Action.RESEND,)),
        (State.PROCEEDING, Happening.PROVISIONAL): (State.PROCEEDING, (Action.SEND,)),
        (State.PROCEEDING, Happening.SUCCESS): (State.COMPLETED, (Action.SEND,)),
        (State.PROCEEDING, Happening.REFUSAL): (State.COMPLETED, (Action.SEND,)),
        (State.COMPLETED, Happening.REQUEST): (State.COMPLETED, (Action.RESEND,)),
        (State.COMPLETED, Happening.LINGER_OVER): (State.TERMINATED, ()),
    },
}

T1 = 0.5
"""Round-trip estimate in seconds (RFC 3261 17.1.1.1)."""
T2 = 4.0
"""Longest interval between retransmissions, seconds (RFC 3261 17.1.2.2)."""
T4 = 5.0
"""How long a message may live in the network, seconds (RFC 3261 17.1.2.2)."""

TIMERS: dict[tuple[Kind, State], tuple[tuple[Timer, float, bool], ...]] = {
    (Kind.CLIENT_INVITE, State.CALLING): (
        (Timer.RETRANSMIT, T1, False),  # A: RFC 3261 17.1.1.2
        (Timer.GIVE_UP, 64 * T1, True),  # B: RFC 3261 17.1.1.2
    ),
    (Kind.CLIENT_INVITE, State.ACCEPTED): ((Timer.LINGER, 64 * T1, True),),  # M: RFC 6026 7.2
    (Kind.CLIENT_INVITE, State.COMPLETED): ((Timer.LINGER, 64 * T1, False),),  # D: RFC 3261 17.1.1.2
    (Kind.CLIENT_OTHER, State.TRYING): (
        (Timer.RETRANSMIT, T1, False),  # E: RFC 3261 17.1.2.2
        (Timer.GIVE_UP, 64 * T1, True),  # F: RFC 3261 17.1.2.2
    ),
    (Kind.CLIENT_OTHER, State.COMPLETED): ((Timer.LINGER, T4, False),),  # K: RFC 3261 17.1.2.2
    (Kind.SERVER_INVITE, State.ACCEPTED): ((Timer.LINGER, 64 * T1, True),),  # L: RFC 6026 7.1
    (Kind.SERVER_INVITE, State.COMPLETED): (
        (Timer.RETRANSMIT, T1, False),  # G: RFC 3261 17.2.1
        (Timer.GIVE_UP, 64 * T1, True),  # H: RFC 3261 17.2.1
    ),
    (Kind.SERVER_INVITE, State.CONFIRMED): ((Timer.LINGER, T4, False),),  # I: RFC 3261 17.2.1
    (Kind.SERVER_OTHER, State.COMPLETED): ((Timer.LINGER, 64 * T1, False),),  # J: RFC 3261 17.2.2
}
"""(timer, seconds, also on reliable transports). A lingering timer that is not for reliable ones ends at
once there.
"""


def state_diagrams() -> str:
    """The tables as mermaid, for ``docs/protocols/sip-transactions.md``; a test keeps the page and the tables alike."""
    parts: list[str] = []
    for kind, table in TABLES.items():
        start = next(iter(table))[0]
        lines = ["stateDiagram-v2", f"    [*] --> {start.name}"]
        for (state, happening), (target, actions) in table.items():
            done = ", ".join(action.name.lower() for action in actions)
            label = happening.name.lower() + (f" / {done}" if done else "")
            lines.append(f"    {state.name} --> {target.name}: {label}")
        lines.append("    TERMINATED --> [*]")
        title = kind.name.capitalize().replace("_", " ")
        parts.append(f"## {title}\n\n```mermaid\n" + "\n".join(lines) + "\n```\n")
    return "\n".join(parts)
