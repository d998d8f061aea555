"""操作权限: what may be asked for, granted and done with a camera point (governance section 5)."""

from collections.abc import Mapping
from enum import StrEnum


class Operation(StrEnum):
    """One operation permission. Deny by default: what is not granted by name is refused."""

    LIVE = "live"
    MAIN_STREAM = "main_stream"
    SNAPSHOT = "snapshot"
    PTZ = "ptz"
    PRESET = "preset"
    PLAYBACK = "playback"
    DOWNLOAD = "download"
    AUDIO = "audio"
    ALARM = "alarm"
    POSITION = "position"
    PUSH = "push"


OPERATION_WORDS: Mapping[Operation, str] = {
    Operation.LIVE: "实时浏览",
    Operation.MAIN_STREAM: "主码流",
    Operation.SNAPSHOT: "抓拍",
    Operation.PTZ: "云台控制",
    Operation.PRESET: "预置位调用",
    Operation.PLAYBACK: "录像回放",
    Operation.DOWNLOAD: "录像下载",
    Operation.AUDIO: "音频",
    Operation.ALARM: "告警订阅",
    Operation.POSITION: "位置订阅",
    Operation.PUSH: "推送",
}
"""As the printed forms say it."""

REQUESTABLE = frozenset(
    {Operation.LIVE, Operation.SNAPSHOT, Operation.PTZ, Operation.PRESET, Operation.AUDIO}
)
"""What this version can really provide, and therefore lets units ask for."""

ONLY_TURNING = frozenset({Operation.PTZ, Operation.PRESET})
"""Only a camera that turns can do these."""

SENSITIVE = frozenset({Operation.PTZ, Operation.PRESET, Operation.DOWNLOAD, Operation.PUSH})
"""High risk (governance section 5): leases are short."""
