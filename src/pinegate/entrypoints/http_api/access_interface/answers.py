"""A granted point as the access interface shows it."""

from pinegate.adapters.database.interface_points import GrantedPoint
from pinegate.domain.catalogue.operation import Operation
from pinegate.entrypoints.http_api.access_interface.models import InterfacePoint


def granted_point_out(point: GrantedPoint) -> InterfacePoint:
    row = point.row
    return InterfacePoint(
        id=row.id,
        channel_code=row.channel_code,
        name=row.name,
        address=row.address,
        division_code=row.division_code,
        township_code=row.township_code,
        health=row.health,
        operations=[Operation(operation) for operation in point.operations],
        valid_until=point.valid_until,
    )
