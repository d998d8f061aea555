"""Where a device's media came from though nobody listed it: told on its page, the last few addresses."""

_KEPT = 8


class RefusedMedia:
    """Since the start."""

    def __init__(self) -> None:
        self._hosts: dict[str, dict[str, None]] = {}

    def note(self, device_code: str, host: str) -> None:
        hosts = self._hosts.setdefault(device_code, {})
        hosts.pop(host, None)
        hosts[host] = None
        if len(hosts) > _KEPT:
            del hosts[next(iter(hosts))]

    def hosts(self, device_code: str) -> tuple[str, ...]:
        """The latest last."""
        return tuple(self._hosts.get(device_code, ()))
