/** The client of the repository's `examples/`, word for word: what is shown is what is tested. */
export { default as CLIENT } from '../../../../examples/access_interface_client.py?raw'

/** The lines that are signed, joined by LF (`usecases/access_interface/signing.py`). */
export const CANONICAL = `PINEGATE-HMAC-SHA256
POST
/access/v1/points/{id}/play
name=value&…
hex(SHA256(body))
timestamp
nonce
X-Pinegate-End-User
X-Pinegate-Reason`
