"""How the control process behaves towards the machine: descriptors, and pauses of the garbage collector."""

import gc
import resource

_THRESHOLDS = (10_000, 10, 500)


def raise_descriptor_limit() -> None:
    """As many descriptors as the machine lets us have: each device on TCP takes one, and 1,024 are usual."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def shorten_collector_pauses() -> None:
    """After start-up. A full collection stops the event loop for as long as the heap is large (200 ms were seen).

    What was loaded by now stays for good and is not looked at again; the young are collected as ever, in a few
    milliseconds; all of the old only once in many millions of allocations. Most of our memory is freed by
    reference counts and needs no collector.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
