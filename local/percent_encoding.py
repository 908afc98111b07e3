"""URLs that break the syntax of percent-encoding, refused before anything decodes them: a decoder would guess what was meant."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import orjson

BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)
Send = Callable[..., Awaitable[None]]


def find_bad_escape(path: bytes | None, query: bytes) -> str | None:
    """Return the first `%` of a path (None: unknown) or query, with what follows it, that lacks two hexadecimal digits (RFC 3986, 2.1)."""
    match = BAD_ESCAPE.search((path or b"").partition(b"?")[0] + b"?" + query)
    return match[0].decode("ascii", "replace") if match else None


async def refuse_bad_escape(send: Send, escape: str) -> None:
    """Send a problem that names the fault and the fix."""
    await send_problem(send, 400, "MALFORMED", "Bad Request", f"{escape!r} in the URL is not percent-encoded; write % as %25.")


async def send_problem(send: Send, status: int, code: str, title: str, detail: str) -> None:
    """Send a problem document (RFC 9457)."""
    kind = f"/problems/{code.lower().replace('_', '-')}"
    body = orjson.dumps({"type": kind, "title": title, "status": status, "detail": detail, "code": code})
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
