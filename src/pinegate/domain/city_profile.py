"""All in which one city differs from another: codes, places, and the wording of its regulation."""

from collections.abc import Mapping
from dataclasses import dataclass

from pinegate.domain.catalogue.camera_record import CameraField
from pinegate.domain.catalogue.categories import Categories
from pinegate.domain.catalogue.divisions import Bounds, DivisionTree
from pinegate.domain.regulation.agreement import AgreementWording
from pinegate.domain.regulation.application_form import FormWording
from pinegate.domain.regulation.measures import Measures


@dataclass(frozen=True, slots=True)
class CityProfile:
    """Loaded once at start and passed by argument.

    ``sip_id``: the platform's own 20 digits where the settings name none. ``code_lists``: name → code → Chinese label.
    ``camera_fields``: the fields of a camera record (一机一档).
    """

    sip_id: str
    divisions: DivisionTree
    bounds: Bounds
    categories: Categories
    code_lists: Mapping[str, Mapping[str, str]]
    camera_fields: tuple[CameraField, ...]
    measures: Measures
    application_form: FormWording
    agreement: AgreementWording
