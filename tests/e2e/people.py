"""Persons at the portal's API, each with the own account."""

import itertools
from types import TracebackType
from typing import Any

import httpx2

_COOKIE = "pinegate_session"
_PATIENCE_SECONDS = 20.0
_addresses = itertools.count()


class Person:
    """Somebody who is signed in. ``get``, ``post`` … give the answer's JSON and fail on any other than 2xx."""

    def __init__(self, client: httpx2.AsyncClient, cookie: str) -> None:
        self._client = client
        self._cookie = cookie

    async def get(self, path: str, **query: str | int) -> Any:
        return await self._asked("GET", path, params=query)

    async def post(self, path: str, body: object = None) -> Any:
        return await self._asked("POST", path, json={} if body is None else body)

    async def patch(self, path: str, body: object) -> Any:
        return await self._asked("PATCH", path, json=body)

    async def put(self, path: str, body: object = None) -> Any:
        return await self._asked("PUT", path, json={} if body is None else body)

    async def delete(self, path: str) -> Any:
        return await self._asked("DELETE", path)

    async def upload(self, path: str, kind: str, content: bytes) -> Any:
        files = {"file": (f"{kind}.pdf", content, "application/pdf")}
        return await self._asked("POST", path, data={"kind": kind}, files=files)

    async def file(self, path: str) -> bytes:
        answer = await self.answer("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.content

    async def refused(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """Status and code of the problem document that the request must be answered by."""
        answer = await self.answer(method, path, json=body)
        assert answer.status_code >= 400, answer.text
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        return answer.status_code, answer.json()["code"]

    async def answer(self, method: str, path: str, **parts: Any) -> httpx2.Response:
        headers = {"cookie": f"{_COOKIE}={self._cookie}"}
        return await self._client.request(method, path, headers=headers, **parts)

    async def me(self) -> Any:
        return await self.get("/api/session")

    async def _asked(self, method: str, path: str, **parts: Any) -> Any:
        answer = await self.answer(method, path, **parts)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        if answer.content and answer.headers["content-type"].startswith("application/json"):
            return answer.json()
        return answer.content


class People:
    """Signs persons in, once each."""

    def __init__(self, url: str, cookies: dict[str, str]) -> None:
        self.url = url
        self._cookies = cookies
        self._client = httpx2.AsyncClient(
            base_url=url, headers={"x-pinegate-request": "1"}, timeout=_PATIENCE_SECONDS, trust_env=False
        )

    async def __aenter__(self) -> "People":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def sign_in(self, login: str) -> Person:
        """By the demonstration's one click."""
        if login not in self._cookies:
            self._cookies[login] = await self._session({"demonstration_login": login})
        return Person(self._client, self._cookies[login])

    async def sign_in_anew(self, login: str) -> Person:
        """A session of its own, which the test may end."""
        return Person(self._client, await self._session({"demonstration_login": login}))

    async def sign_in_with_password(self, login: str, password: str) -> Person:
        return Person(self._client, await self._session({"login": login, "password": password}))

    async def enrol(self, login: str, secret: str, code: str, password: str) -> Person:
        """Choose the password by the link's secret and the code, and sign in with it."""
        await self._from_an_own_address(
            "/api/enrolment", {"secret": secret, "code": code, "password": password}
        )
        return await self.sign_in_with_password(login, password)

    async def health(self) -> Any:
        return (await self._client.get("/api/health")).json()

    async def _session(self, form: dict[str, str]) -> str:
        answer = await self._from_an_own_address("/api/session", form)
        cookie = answer.cookies.get(_COOKIE)
        assert cookie
        return cookie

    async def _from_an_own_address(self, path: str, form: dict[str, str]) -> httpx2.Response:
        # Attempts are counted by address, and everybody here signs in within seconds: each from an own one.
        number = next(_addresses)
        transport = httpx2.AsyncHTTPTransport(local_address=f"127.1.{number // 250}.{number % 250 + 1}")
        headers = {"x-pinegate-request": "1"}
        async with httpx2.AsyncClient(transport=transport, base_url=self.url, headers=headers) as client:
            answer = await client.post(path, json=form)
        assert answer.is_success, answer.text
        return answer
