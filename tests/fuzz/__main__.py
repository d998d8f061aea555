"""`make fuzz`: damages the kept inputs at random for a while; what crashes a target is kept in its corpus.

The seed is printed, and the same seed goes the same way.
"""

import argparse
import random
import secrets
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from tests.fuzz.targets import CORPORA, TARGETS, corpus_of

_LONGEST = 65_536
_BOUNDARIES = (b"", b"\x00", b"\xff", b"\x7f", b"\r\n", b"\r\n\r\n", b":", b";", b"=", b"<", b"\x00\x00\x01")


def mutate(dice: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One of ``seeds``, damaged in a few places: bytes changed, cut, doubled, or taken from another seed."""
    data = bytearray(dice.choice(seeds))
    for _ in range(dice.randint(1, 8)):
        at = dice.randint(0, len(data))
        end = min(len(data), at + dice.choice((0, 1, 2, 4, 16, 200)))
        other = dice.choice(seeds)
        begin = dice.randint(0, len(other))
        data[at:end] = dice.choice(
            (
                dice.choice(_BOUNDARIES),
                dice.randbytes(dice.randint(1, 8)),
                bytes(data[at:end]) * 2,
                other[begin : begin + dice.choice((1, 8, 64, 400))],
            )
        )
    return bytes(data[:_LONGEST])


def crash_of(target: Callable[[bytes], None], data: bytes) -> str | None:
    """The traceback when ``data`` makes ``target`` raise."""
    try:
        target(data)
    except Exception:  # whatever it is, a stranger's bytes did it
        return traceback.format_exc()
    return None


def fuzz(name: str, folder: Path, seconds: float, dice: random.Random) -> tuple[int, list[Path]]:
    """How many inputs target ``name`` was given, and the files in ``folder`` of those that crashed it."""
    seeds = [path.read_bytes() for path in corpus_of(name)]
    tried, kept = 0, dict[str, Path]()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        data = mutate(dice, seeds)
        tried += 1
        crash = crash_of(TARGETS[name], data)
        if crash is not None and crash.splitlines()[-1] not in kept:
            path = folder / f"crash_{sha256(data).hexdigest()[:12]}"
            path.write_bytes(data)
            kept[crash.splitlines()[-1]] = path
            print(f"{path}\n{crash}", file=sys.stderr)
    return tried, list(kept.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for all targets together")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("targets", nargs="*", metavar="target", help=f"of {', '.join(TARGETS)}; all")
    wanted = parser.parse_args()
    print(f"--seed {wanted.seed}")
    names = wanted.targets or list(TARGETS)
    crashed = False
    for name in names:
        dice = random.Random(f"{wanted.seed} {name}")
        tried, kept = fuzz(name, CORPORA / name, wanted.seconds / len(names), dice)
        print(f"{name:<10} {tried:>8} inputs, {len(kept)} crashes")
        crashed |= bool(kept)
    sys.exit(1 if crashed else 0)


if __name__ == "__main__":
    main()
