"""What a simulator is and whom it registers with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pinegate_simulator.clip_encoding import ClipSettings
from pinegate_simulator.faults import Faults
from pinegate_simulator.inventory import Camera

Role = Literal["device", "platform"]
"""``device``: an NVR with its cameras. ``platform``: a lower platform with regions, groups and cameras."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    """One simulated device or lower platform. Times in seconds.

    ``platform_domain``/``realm``: by default the first ten digits of ``platform_id``. ``local_host``: the address
    that SIP and media leave from; by default the one that the system takes towards the platform.
    ``encoding``: of XML bodies: GB2312, GB18030 or UTF-8. ``version``: X-GB-Ver, 2.0 for 2016, 3.0 for 2022.
    ``distinct_clips``: cameras beyond this number share pictures, name included (0: each has its own).
    ``live_clock``: write the time of day into the pictures, which are then encoded as they are sent.
    ``prepare_clips``: make all clips at the start rather than when a camera is first called.
    """

    device_id: str
    platform_id: str
    platform_host: str
    platform_port: int
    password: str = field(repr=False)
    cameras: Sequence[Camera]
    cache_dir: Path
    transport: Literal["udp", "tcp"] = "udp"
    role: Role = "device"
    name: str = ""
    platform_domain: str = ""
    realm: str = ""
    local_host: str = ""
    clips: ClipSettings = field(default_factory=ClipSettings)
    video_file: Path | None = None
    distinct_clips: int = 0
    live_clock: bool = False
    prepare_clips: bool = True
    max_calls: int = 256
    expires: int = 86_400
    keepalive_interval: float = 60.0
    retry_after: float = 60.0
    version: str = "3.0"
    encoding: str = "GB18030"
    items_per_message: int = 0
    faults: Faults = field(default_factory=Faults)
