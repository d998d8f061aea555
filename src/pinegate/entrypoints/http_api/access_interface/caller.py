"""Who calls the access interface: the dependency of each of its routes."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency

from pinegate.entrypoints.http_api.shared.gate import Gate
from pinegate.entrypoints.http_api.shared.inputs import one_line
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import client_host_of, services_of
from pinegate.entrypoints.services import Services
from pinegate.usecases.access_interface.authenticate import Caller, InterfaceRefusal, authenticate
from pinegate.usecases.access_interface.signing import SignedRequest, parse_authorization
from pinegate.usecases.act import Act

END_USER = "X-Pinegate-End-User"
REASON = "X-Pinegate-Reason"
_SIGNED_HEADERS = ("Authorization", END_USER, REASON, "Content-Type", "Host")
_LONGEST_END_USER = 64
_LONGEST_REASON = 500

_STATUS = {
    InterfaceRefusal.WRONG_SIGNATURE: 401,
    InterfaceRefusal.CLOCK_OFF: 401,
    InterfaceRefusal.OTHER_SOURCE: 403,
    InterfaceRefusal.REPLAYED: 401,
}
_REMEDIES = {
    InterfaceRefusal.WRONG_SIGNATURE: "unknown access key or signature; see docs/access_interface.md",
    InterfaceRefusal.CLOCK_OFF: "the timestamp is more than 300 s off; set the clock",
    InterfaceRefusal.OTHER_SOURCE: "this credential is bound to other source addresses",
    InterfaceRefusal.REPLAYED: "use a fresh nonce for every request",
}


class SignedCaller:
    """A caller with the person's reason, in plain words, and the address the request came from."""

    def __init__(self, caller: Caller, reason: str, client_host: str) -> None:
        self.caller = caller
        self.reason = reason
        self.client_host = client_host


def _header(request: Request, name: str, longest: int) -> str:
    value = request.headers.get(name, "")
    if not unquote(value).strip() or len(unquote(value)) > longest:
        raise _wrong(name, f"required: 1 to {longest} characters, percent-encoded UTF-8")
    try:
        one_line(unquote(value))
    except ValueError as error:
        raise _wrong(name, str(error)) from None
    return value


def _wrong(name: str, message: str) -> ProblemError:
    return ProblemError(
        "invalid_input", "correct what is named", errors=[{"field": name, "message": message}]
    )


def _refuse_what_comes_twice(request: Request) -> None:
    """Which of two is meant, the signature does not say: whoever stands between might choose."""
    for name in _SIGNED_HEADERS:
        if len(request.headers.getlist(name)) > 1:
            raise _wrong(name, "send it once")
    names = [name for name, _ in request.query_params.multi_items()]
    for name in names:
        if names.count(name) > 1:
            raise _wrong(name, "send it once")


async def signed_caller(
    request: Request, services: Annotated[Services, Depends(services_of)]
) -> SignedCaller:
    """Raises:
    ProblemError: 401 without a good signature, 422 naming the header that is missing, 429.
    """
    host = client_host_of(request)
    _refuse_what_comes_twice(request)
    authorization = parse_authorization(request.headers.get("authorization", ""))
    if authorization is None:
        raise ProblemError("not_signed_in", "sign the request; see docs/access_interface.md")
    if not services.interface_limit.allow(host, services.monotonic()):
        raise ProblemError("too_many_requests", headers={"Retry-After": "1"})
    end_user = _header(request, END_USER, _LONGEST_END_USER)
    reason = _header(request, REASON, _LONGEST_REASON)
    signed = SignedRequest(
        method=request.method,
        path=request.scope.get("raw_path", b"").decode("ascii", "replace").partition("?")[0],
        query=request.scope.get("query_string", b"").decode("ascii", "replace"),
        body=await request.body(),
        end_user=end_user,
        reason=reason,
    )
    async with services.database.transaction() as tx:
        answer = await authenticate(
            tx,
            authorization,
            signed,
            Act(None, services.now(), services.new_id, host),
            secret_box=services.secret_box,
        )
    if isinstance(answer, InterfaceRefusal):
        raise ProblemError(answer.value, _REMEDIES[answer], status=_STATUS[answer])
    return SignedCaller(answer, unquote(reason), host)


CurrentCaller = Annotated[SignedCaller, Depends(signed_caller)]


@dataclass(frozen=True, slots=True)
class SignedCallers(Gate):
    """A good signature of a system's own key pair; what it may then do is the access decision's."""

    def words(self) -> str:
        return "signed by an information system"

    async def __call__(self, _caller: CurrentCaller) -> None:
        """Raises as ``signed_caller`` does."""


def signed_callers() -> Dependency:
    """The route is the information systems'."""
    return Depends(SignedCallers())
