"""The portal's files. Its pages have addresses of their own (``/catalogue``), which all mean ``index.html``."""

from pathlib import Path, PurePosixPath

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_NEVER_A_PAGE = ("api", "access", "assets")
_HASHED_FOREVER = "public, max-age=31536000, immutable"


class PortalFiles(StaticFiles):
    """Files by name; anything else without an ending is a page, unless it belongs to an API."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or not _is_page(path):
                raise
            response = await super().get_response("index.html", scope)
        # Names under assets hold a digest of their content; index.html names the newest ones and must be asked for.
        response.headers["Cache-Control"] = _HASHED_FOREVER if path.startswith("assets/") else "no-cache"
        return response


def _is_page(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return not parts or (parts[0].lower() not in _NEVER_A_PAGE and "." not in parts[-1])
