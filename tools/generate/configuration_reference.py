"""Writes deploy/configuration.md from the settings' own descriptions."""

from pathlib import Path

from pinegate.adapters.settings import Settings

_HEAD = """\
# Configuration reference

Generated from `src/pinegate/adapters/settings.py` by `make generate`; do not edit.

Every setting is an environment variable; systemd reads them from `/etc/pinegate/pinegate.env`. A name that no
setting has stops the program, and so does a value that does not fit.

| variable | default | meaning |
|---|---|---|
"""
_TAIL = """
## Secrets

Keys are no settings. The program makes them at random at first start, each in a file of its own in
`DATA_FOLDER/secrets` (mode 0600), and refuses to start with one that others may read or that is weak. Keep a
copy of that folder apart from the database's backup: what is encrypted in the database opens only with it.

## Ports

| port | who must reach it |
|---|---|
| `HTTP_PORT` (TCP) | people and information systems, through the TLS proxy |
| `SIP_PORT` (UDP and TCP) | the police platform and devices |
| `MEDIA_HTTP_PORT` and following, one a worker (TCP) | who watches, through the TLS proxy |
| `RTP_PORT_FIRST`–`RTP_PORT_LAST` (UDP and TCP) | the police platform and devices |

The embedded PostgreSQL opens no port.
"""


def reference() -> str:
    """The whole page."""
    rows: list[str] = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(f"| `PINEGATE_{name.upper()}` | {default} | {field.description} |\n")
    return _HEAD + "".join(rows) + _TAIL


if __name__ == "__main__":
    Path(__file__).parents[2].joinpath("deploy/configuration.md").write_text(reference(), encoding="utf-8")
