"""The helper's own side: requests on stdin, answers on stdout, under limits of memory, files and priority.

A request is a block of JSON and a block of payload; an answer is ``+`` or ``-`` and a block. What crashes
here crashes alone: whoever asks starts another.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from typing import BinaryIO

from pinegate.adapters.confined.helper import block

Request = dict[str, str | int]


def serve(
    answer: Callable[[Request, bytes], bytes],
    refusals: tuple[type[Exception], ...],
    *,
    memory_limit: int,
    most_bytes: int,
    niceness: int = 0,
) -> None:
    """Answer requests until stdin closes. ``refusals``: what hostile content makes ``answer`` raise, told as text."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_limit, memory_limit))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(niceness)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            request, payload = json.loads(_read_block(source, most_bytes)), _read_block(source, most_bytes)
        except EOFError:
            return
        try:
            status, result = b"+", answer(request, payload)
        except refusals as error:
            status, result = b"-", str(error).encode()[:1000]
        except MemoryError:
            status, result = b"-", b"MemoryError"
        sink.write(status + block(result))
        sink.flush()


def _read_block(stream: BinaryIO, most_bytes: int) -> bytes:
    length = int.from_bytes(_read(stream, 4), "big")
    if length > most_bytes:
        raise EOFError
    return _read(stream, length)


def _read(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data
