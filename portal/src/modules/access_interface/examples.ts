/** The canonical request, as `docs/architecture/http_api.md` defines it. */
export const CANONICAL = `METHOD
/path
sorted=query&string=…
hex(SHA256(body))
timestamp
nonce
end user
reason`

/** A client of the access interface in few lines; kept like `examples/` of the repository. */
export const CLIENT = `import hashlib, hmac, json, secrets, time, urllib.parse, urllib.request

BASE, ACCESS_KEY, SECRET_KEY = "https://…", "…", "…"
END_USER, REASON = "HS1003", "节假日客流监测"


def call(method, path, body=None, **query):
    text = b"" if body is None else json.dumps(body).encode()
    words = urllib.parse.urlencode(sorted(query.items()))
    stamp, nonce = str(int(time.time())), secrets.token_hex(16)
    canonical = "\\n".join([method, path, words, hashlib.sha256(text).hexdigest(),
                           stamp, nonce, END_USER, REASON])
    signature = hmac.new(SECRET_KEY.encode(), canonical.encode(), hashlib.sha256)
    request = urllib.request.Request(BASE + path + ("?" + words if words else ""), text or None, {
        "Authorization": f"PINEGATE-HMAC-SHA256 access_key={ACCESS_KEY}, "
                         f"timestamp={stamp}, nonce={nonce}, signature={signature.hexdigest()}",
        "X-Pinegate-End-User": END_USER,
        "X-Pinegate-Reason": urllib.parse.quote(REASON),
        "Content-Type": "application/json",
    }, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


for point in call("GET", "/access/v1/points")["items"]:
    print(point["id"], point["name"], point["operations"])
`
