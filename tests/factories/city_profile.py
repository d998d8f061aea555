"""The profile that ships, and a small one of a city that does not exist; read once a run."""

from pathlib import Path

from pinegate.adapters.city_profile.load import load_city_profile

HUANGSHAN = load_city_profile()
YUNMENG_FOLDER = Path(__file__).parent / "cities/yunmeng"
YUNMENG = load_city_profile(YUNMENG_FOLDER)
