"""How slow a peer may be: so long without a byte, and so many bytes a second after that."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """Ends ``seconds`` after its beginning; ``bytes_per_second`` bytes put the end off by a second, never by more than
    ``seconds`` from now.
    """

    seconds: float
    bytes_per_second: float
    end: float | None = field(default=None, init=False)

    def begin(self, now: float) -> None:
        self.end = now + self.seconds

    def moved(self, size: int, now: float) -> None:
        if self.end is not None and size > 0:
            self.end = min(self.end + size / self.bytes_per_second, now + self.seconds)

    def stop(self) -> None:
        self.end = None

    def over(self, now: float) -> bool:
        return self.end is not None and now >= self.end
