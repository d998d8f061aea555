"""The portal's pages have addresses; what belongs to an API never answers with a page."""

from pathlib import Path

import httpx2
import pytest

from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.services import Services


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>松门</title>", encoding="utf-8")
    (folder / "assets" / "app-1a2b.js").write_text("1", encoding="utf-8")
    (tmp_path / "secret").write_text("outside", encoding="utf-8")
    return folder


async def answer(services: Services, portal: Path, path: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(create_app(services, portal=portal))
    async with httpx2.AsyncClient(transport=transport, base_url="http://portal") as client:
        return await client.get(path)


@pytest.mark.parametrize("path", ["/", "/catalogue", "/applications/1b9d", "/live"])
async def test_every_page_is_the_portal(services: Services, portal: Path, path: str) -> None:
    response = await answer(services, portal, path)
    assert response.status_code == 200
    assert "松门" in response.text
    assert response.headers["cache-control"] == "no-cache"
    assert "default-src 'self'" in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/API/nothing", "/access/v1/nothing", "/assets/nothing", "/x.js"]
)
async def test_what_is_no_page_is_not_found(services: Services, portal: Path, path: str) -> None:
    response = await answer(services, portal, path)
    assert response.status_code == 404
    assert "松门" not in response.text


async def test_named_files_are_kept_and_nothing_outside_is_given(services: Services, portal: Path) -> None:
    script = await answer(services, portal, "/assets/app-1a2b.js")
    assert "immutable" in script.headers["cache-control"]
    for path in ("/../secret", "/%2e%2e/secret", "/assets/..%2f..%2f..%2fsecret"):
        response = await answer(services, portal, path)
        assert "outside" not in response.text
