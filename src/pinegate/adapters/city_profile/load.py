"""Reads a city's profile from its folder, once, and refuses one that is not whole."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pinegate.adapters.city_profile.camera_codes import CODES, FIELDS, parse_camera_fields, parse_code_lists
from pinegate.adapters.city_profile.files import (
    AgreementFile,
    CityFile,
    DivisionsFile,
    FormFile,
    MeasuresFile,
)
from pinegate.domain.catalogue.categories import Categories
from pinegate.domain.city_profile import CityProfile

HUANGSHAN = Path(__file__).parent / "huangshan"
_NATIONAL = Path(__file__).parent / "national"

_File = TypeVar("_File", bound=BaseModel)
_Part = TypeVar("_Part")


class CityProfileError(ValueError):
    """A profile that cannot be used; the text names the file and what is wrong in it."""


def load_city_profile(folder: Path | None = None) -> CityProfile:
    """The profile in ``folder``; without one, Huangshan's. Raises :class:`CityProfileError`."""
    folder = folder or HUANGSHAN
    city = _read(folder / "city.toml", CityFile)
    unknown = sorted(set(city.category_words) - set(city.categories))
    if unknown:
        raise CityProfileError(f"{folder / 'city.toml'}: words for no category: {', '.join(unknown)}")
    lists = _parsed(_own_or_national(folder, CODES), parse_code_lists)
    return CityProfile(
        sip_id=city.sip_id,
        divisions=_read(folder / "divisions.json", DivisionsFile).tree(),
        bounds=city.bounds.bounds(),
        categories=Categories(city.categories, city.category_words),
        code_lists=lists,
        camera_fields=_parsed(
            _own_or_national(folder, FIELDS), lambda text: parse_camera_fields(text, lists)
        ),
        measures=_read(folder / "measures.toml", MeasuresFile).measures(),
        application_form=_read(folder / "application_form.toml", FormFile).wording(),
        agreement=_read(folder / "agreement.toml", AgreementFile).wording(),
    )


def _own_or_national(folder: Path, name: str) -> Path:
    own = folder / name
    return own if own.exists() else _NATIONAL / name


def _read(file: Path, model: type[_File]) -> _File:
    read = json.loads if file.suffix == ".json" else tomllib.loads
    return _parsed(file, lambda text: model.model_validate(read(text)))


def _parsed(file: Path, parse: Callable[[str], _Part]) -> _Part:
    try:
        return parse(file.read_text(encoding="utf-8"))
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        ]
        raise CityProfileError(f"{file}: {'; '.join(faults)}") from None
    except (OSError, ValueError) as error:
        raise CityProfileError(f"{file}: {error}") from None
