"""A small client of Pinegate's access interface. Nothing but the standard library; copy what you need.

export PINEGATE_URL=http://127.0.0.1:8080 PINEGATE_ACCESS_KEY=PG… PINEGATE_SECRET_KEY=…
export PINEGATE_END_USER=100234 PINEGATE_REASON=占道经营巡查
python access_interface_client.py points
python access_interface_client.py play <point id>        then: ffplay <the printed address>
python access_interface_client.py snapshot <point id> picture.jpg
"""

import hashlib
import hmac
import json
import os
import secrets
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qsl, quote
from urllib.request import Request, urlopen

SCHEME, DIGEST = "PINEGATE-HMAC-SHA256", "sha256"  # or "PINEGATE-HMAC-SM3", "sm3"


def ask(method: str, path: str, query: str = "", body: bytes = b"") -> bytes:
    """Send one signed request; answers the response's body."""
    settings = {name: os.environ[f"PINEGATE_{name}"] for name in ("ACCESS_KEY", "SECRET_KEY", "END_USER")}
    reason = quote(os.environ["PINEGATE_REASON"], safe="")
    timestamp, nonce = str(int(time.time())), secrets.token_urlsafe(16)
    pairs = parse_qsl(query, keep_blank_values=True)
    lines = [
        SCHEME,
        method,
        path,
        "&".join(sorted(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)),
        hashlib.new(DIGEST, body).hexdigest(),
        timestamp,
        nonce,
        settings["END_USER"],
        reason,
    ]
    signature = hmac.new(settings["SECRET_KEY"].encode(), "\n".join(lines).encode(), DIGEST).hexdigest()
    headers = {
        "Authorization": f"{SCHEME} access_key={settings['ACCESS_KEY']}, timestamp={timestamp}, "
        f"nonce={nonce}, signature={signature}",
        "X-Pinegate-End-User": settings["END_USER"],
        "X-Pinegate-Reason": reason,
        "Content-Type": "application/json",
    }
    url = os.environ["PINEGATE_URL"] + path + (f"?{query}" if query else "")
    try:
        with urlopen(Request(url, body or None, headers, method=method), timeout=20) as response:  # noqa: S310
            return response.read()
    except HTTPError as error:
        problem = json.loads(error.read())
        sys.exit(f"{error.code} {problem['code']}: {problem['detail']} {problem.get('errors', '')}")


def main() -> None:
    match sys.argv[1:]:
        case ["points"]:
            for point in json.loads(ask("GET", "/access/v1/points", "page_size=500"))["items"]:
                print(point["id"], point["health"], point["name"], ",".join(point["operations"]))
        case ["play", point_id]:
            path = f"/access/v1/points/{quote(point_id, safe='')}/play"
            print(json.loads(ask("POST", path, body=b'{"protocol": "flv"}'))["url"])
        case ["snapshot", point_id, file]:
            Path(file).write_bytes(ask("POST", f"/access/v1/points/{quote(point_id, safe='')}/snapshot"))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
