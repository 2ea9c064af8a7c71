"""Sends a few bytes to a service that a person named, under the network guard. Rule: never called by itself."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request

from verify.errors import NetworkError
from verify.settings import Settings
from verify.sources.egress import Guard
from verify.sources.outcomes import named_once
from verify.text import one_line

MOST = 1024 * 1024  # bytes of an answer
SECONDS = 60.0


def submit(address: str, body: bytes | None, media_type: str, settings: Settings) -> bytes:
    """Return the body of the answer to a POST of `body` (None: to a GET); redirects are not followed.

    Raises NetworkError for no answer, an answer other than 200, or one that is too large; RefusedAddressError never
    reaches the caller as such: the guard's refusal is an answer of its proxy, and is named.
    """
    shown = one_line(address, 200)
    if not address.startswith(("http://", "https://")):
        raise NetworkError(f"{shown} is not an http(s) address.", "Check the address.")
    headers = {"Content-Type": media_type, "User-Agent": "firstseen"}
    method = "GET" if body is None else "POST"
    request = urllib.request.Request(address, data=body, headers=headers, method=method)  # noqa: S310 - checked above
    with Guard(settings) as guard:
        proxies = urllib.request.ProxyHandler({"http": guard.url, "https": guard.url})
        opener = urllib.request.build_opener(proxies, _NoRedirect)
        try:
            with opener.open(request, timeout=SECONDS) as answer:
                data: bytes = answer.read(MOST + 1)
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            why = named_once(address, _why(guard, error))
            if isinstance(error, urllib.error.HTTPError):  # an answer, with a connection that it holds open
                error.close()
            raise NetworkError(f"{shown} gave no answer: {one_line(why, 160)}.", "Try again later.") from error
    if len(data) > MOST:
        raise NetworkError(f"The answer of {shown} is too large.", "Check the address.")
    return data


def _why(guard: Guard, error: Exception) -> str:
    """Return why nothing came: as the guard says, whose own answer to us is a bare `502`, else as the library does."""
    if guard.refusals:
        return f"the network guard refused it: {guard.refusals[0].reason}"
    return guard.failures[-1] if guard.failures else str(error)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A service that moved is told of, not followed: the bytes were meant for the address a person named."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""
        return
