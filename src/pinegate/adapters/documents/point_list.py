"""The list of camera points: in the form where it fits, otherwise attached and sealed."""

from dataclasses import dataclass

MOST_POINTS_IN_THE_FORM = 3


@dataclass(frozen=True)
class PointLine:
    """One camera point as the form asks for it; `operations` are the permissions in words."""

    code: str
    name: str
    address: str
    area: str
    camera_type: str
    operations: tuple[str, ...]


def rows(points: tuple[PointLine, ...]) -> list[list[str]]:
    """The cells of the list, numbered from 1."""
    return [
        [str(number), p.name, p.code, p.address, p.area, p.camera_type, "、".join(p.operations)]
        for number, p in enumerate(points, 1)
    ]


def sentences(points: tuple[PointLine, ...]) -> str:
    """The points as lines of text for the form's own field."""
    return "\n".join(
        f"{number}. {p.name}（{p.code}），{p.area}{p.address}，{p.camera_type}；"
        f"操作权限：{'、'.join(p.operations)}"
        for number, p in enumerate(points, 1)
    )
