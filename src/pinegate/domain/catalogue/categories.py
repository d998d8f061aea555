"""监控类别 (Annex 1 note 2): "…等", an open list. The first seven are the regulation's own."""

from collections.abc import Mapping

MONITORING_CATEGORIES: Mapping[str, str] = {
    "residential": "小区周边",
    "road_traffic": "道路交通",
    "back_alley": "背街小巷",
    "station": "车站",
    "airport": "机场",
    "railway": "铁路沿线",
    "campus": "校园周边",
    "scenic": "旅游景区",
    "water": "重点水域",
    "forest": "林区",
    "square": "中心广场",
    "commercial": "商业中心",
    "government": "党政机关",
    "other": "其他",
}
"""Code → the regulation's wording."""

_WORDS: Mapping[str, tuple[str, ...]] = {
    "campus": ("学校", "小学", "中学", "校门", "校园", "幼儿园"),
    "railway": ("铁路", "道口"),
    "station": ("车站", "客运", "高铁", "公交"),
    "airport": ("机场",),
    "water": ("江", "河", "湖", "水库", "大坝", "码头"),
    "forest": ("林", "防火", "瞭望"),
    "scenic": ("景区", "迎客松", "玉屏", "宏村", "西递"),
    "back_alley": ("巷", "弄", "老街"),
    "residential": ("小区", "花园", "家园"),
    "square": ("广场",),
    "road_traffic": ("路", "大桥", "隧道", "高速", "国道"),
}


def category_suggested_by(text: str) -> str:
    """What a point's name and address suggest; the cataloguer decides. Empty where nothing speaks."""
    return next((code for code, words in _WORDS.items() if any(word in text for word in words)), "")
