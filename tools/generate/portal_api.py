"""Writes portal/openapi.json from the portal's routes, and from it the portal's types (portal/src/api/schema.d.ts)."""

import json
import subprocess
from pathlib import Path

from fastapi import FastAPI

from pinegate.entrypoints.http_api.app import ROUTERS

PORTAL = Path(__file__).parents[2] / "portal"


def portal_api() -> str:
    """The OpenAPI document of what lies under ``/api/``; the access interface has its own."""
    app = FastAPI(title="Pinegate", version="1")
    for router in ROUTERS:
        app.include_router(router)
    document = app.openapi()
    document["paths"] = {path: item for path, item in document["paths"].items() if path.startswith("/api/")}
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    PORTAL.joinpath("openapi.json").write_text(portal_api(), encoding="utf-8")
    subprocess.run(["npm", "--prefix", str(PORTAL), "run", "--silent", "generate"], check=True)
