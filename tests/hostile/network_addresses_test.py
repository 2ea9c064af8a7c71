"""Addresses that no fetch may reach, by every way there is; with controls that do reach an allowed server."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sources import fixtures
from verify.errors import FirstseenError, NotAccessibleError, RefusedAddressError
from verify.settings import Settings
from verify.sources.addresses import why_refused
from verify.sources.egress import Guard
from verify.sources.fetch import get

clips, site, settings, fetch = fixtures.clips, fixtures.site, fixtures.settings, fixtures.fetch

REFUSED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.1.2.3",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1",
    "2001:db8::1", "2002:7f00:1::", "2002:a00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fe80::1%lo", "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "172.15.0.1", "172.32.0.1", "100.63.0.1", "192.167.0.1",
          "2606:4700::1111", "2a00:1450:4001::200e", "2003::1", "2400:cb00::1"]  # fmt: skip
# Names and spellings that the system's resolver turns into this machine.
SPELLINGS = ["localhost", "localhost.", "LOCALHOST", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "[::1]"]


@pytest.mark.parametrize("address", REFUSED)
def test_the_list_refuses(address: str) -> None:
    assert why_refused(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_list_lets_the_public_internet_through(address: str) -> None:
    assert why_refused(address) is None


def answering(*rounds: str) -> Callable[..., list[Any]]:
    """Return a resolver that answers with these addresses, one a call, the last one for ever (a rebinding server)."""
    left = list(rounds)

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        address = left.pop(0) if len(left) > 1 else left[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    return resolve


def _direct(guard: Guard, host: str) -> str:
    try:
        guard.connect(host, 80)
    except RefusedAddressError:
        return "refused"
    return "reached"


def _plain(guard: Guard, host: str) -> str:
    return _through(guard, f"GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n")


def _tunnel(guard: Guard, host: str) -> str:
    return _through(guard, f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n")


def _through(guard: Guard, request: str) -> str:
    port = int(guard.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 5) as one:
        one.sendall(request.encode())
        answer = http.client.HTTPResponse(one)
        answer.begin()
        return "refused" if answer.status == 403 else str(answer.status)


def _own(guard: Guard, host: str) -> str:
    try:
        get(f"http://{host}/", guard, limit=1000, seconds=5)
    except RefusedAddressError:
        return "refused"
    except FirstseenError as error:
        return error.message
    return "reached"


WAYS: list[Callable[[Guard, str], str]] = [_direct, _plain, _tunnel, _own]


@pytest.fixture(scope="module")
def plain_guard() -> Any:
    with Guard(Settings()) as guard:
        yield guard


@pytest.mark.parametrize("way", WAYS)
def test_every_refused_address_by_every_way(plain_guard: Guard, way: Callable[[Guard, str], str]) -> None:
    hosts = [f"[{a.partition('%')[0]}]" if ":" in a else a for a in REFUSED]
    assert {host: way(plain_guard, host) for host in hosts} == dict.fromkeys(hosts, "refused")


@pytest.mark.parametrize("way", WAYS)
def test_names_and_spellings_of_this_machine(plain_guard: Guard, way: Callable[[Guard, str], str]) -> None:
    result = {host: way(plain_guard, host) for host in SPELLINGS}
    # a spelling that this system's resolver does not know leads nowhere, which is as good
    assert set(result.values()) <= {"refused", "502"} | {v for v in result.values() if "cannot be resolved" in v}
    assert result["localhost"] == result["127.1"] == "refused"


@pytest.mark.parametrize("address", REFUSED[:22] + REFUSED[23:30])
def test_a_name_that_points_there_is_refused(address: str) -> None:
    with Guard(Settings(), answering(address)) as guard:
        assert _direct(guard, "innocent.example.com") == "refused"
        assert address in guard.refusals[0].reason


def test_one_bad_address_among_good_ones_refuses_the_name() -> None:
    def both(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in ("93.184.216.34", "127.0.0.1")]

    with Guard(Settings(), both) as guard:
        assert _direct(guard, "mixed.example.com") == "refused"


def test_a_rebinding_name_is_connected_to_the_address_that_was_checked(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is public, the second this machine: whoever asks twice ends at home."""
    tried: list[Any] = []

    def connect(self: socket.socket, address: Any) -> None:
        tried.append(address)
        raise OSError("not in a test")

    with Guard(Settings(), answering("93.184.216.34", "127.0.0.1")) as guard:
        monkeypatch.setattr(socket.socket, "connect", connect)
        with pytest.raises(FirstseenError):
            guard.connect("rebind.example.com", 80)
    assert tried == [("93.184.216.34", 80)]


def test_control_whoever_asks_the_name_twice_ends_at_home() -> None:
    """As a check before a fetch does: the first answer was checked, the second is connected to."""
    again = answering("93.184.216.34", "127.0.0.1")
    again("rebind.example.com", 80)
    assert again("rebind.example.com", 80)[0][4][0] == "127.0.0.1"


@pytest.mark.parametrize("port", [21, 22, 25, 81, 3306, 6379, 8080, 9200])
def test_ports_that_are_not_the_webs_are_refused(port: int) -> None:
    with Guard(Settings(), answering("93.184.216.34")) as guard, pytest.raises(RefusedAddressError, match="web port"):
        guard.connect("example.com", port)


@pytest.mark.parametrize(
    "request_line", ["GET / HTTP/1.1", "GET ftp://x/ HTTP/1.1", "GET file:///etc/passwd HTTP/1.1", "nonsense"]
)
def test_the_proxy_is_no_server(plain_guard: Guard, request_line: str) -> None:
    assert _through(plain_guard, f"{request_line}\r\nHost: x\r\n\r\n") == "400"


def test_control_an_allowed_server_is_reached_by_every_way(site: Any, settings: Settings) -> None:
    host = f"127.0.0.1:{site.port}"
    with Guard(settings) as guard:
        guard.release(guard.connect("127.0.0.1", site.port))
        assert _plain(guard, host) == "404"
        assert _through(guard, f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n") == "200"
        assert get(site.url("/text"), guard, limit=1000, seconds=5)[-1].status == 200


@pytest.mark.parametrize(
    ("entry", "host", "port", "let"),
    [
        ("127.0.0.1", "127.0.0.1", 9, True), ("127.0.0.1:9", "127.0.0.1", 9, True),
        ("127.0.0.1:8", "127.0.0.1", 9, False),
        ("[::1]:9", "::1", 9, True), ("::1", "::1", 9, True), ("Example.COM", "example.com.", 80, True),
        ("example.com", "evil-example.com", 80, False), ("example.com", "sub.example.com", 80, False),
    ],
)  # fmt: skip
def test_what_allow_hosts_lets_through(entry: str, host: str, port: int, let: bool) -> None:
    from verify.sources.addresses import listed

    assert listed(host, port, (entry,)) is let


def test_yt_dlp_and_the_page_are_stopped_at_redirects_and_segments(fetch: Any, site: Any) -> None:
    other = site.other
    for path in ("/away", "/away.m3u8", "/away-video"):
        with pytest.raises(RefusedAddressError, match=f"127.0.0.1:{site.forbidden}"):
            fetch(site.url(path), page=False)
    assert other.asked == []


def test_control_yt_dlp_without_the_guard_goes_where_it_is_sent(site: Any, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "yt_dlp", "--ignore-config", "--no-plugin-dirs", "--proxy", "", "-q"]
    command += ["-o", str(tmp_path / "x.%(ext)s"), site.url("/away")]
    site.other.asked.clear()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
    assert {path for path, _ in site.other.asked} == {"/clip.mp4"}
    assert (tmp_path / "x.mp4").stat().st_size  # fetched from the forbidden port, and kept
    site.other.asked.clear()


@pytest.mark.parametrize("way", ["direct", "redirect", "segment"])
def test_yt_dlp_reaches_none_of_the_refused_addresses(
    fetch: Any, site: Any, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """One page with a video at every refused address; every one must have been asked of the guard, and refused."""
    from verify.sources import url

    guards: list[Guard] = []

    class Seen(Guard):
        def __enter__(self) -> Guard:
            guards.append(self)
            return super().__enter__()

    monkeypatch.setattr(url, "Guard", Seen)
    hosts = [f"[{a.partition('%')[0]}]" if ":" in a else a for a in REFUSED]
    addresses = [f"http://{host}/x.{'ts' if way == 'segment' else 'mp4'}" for host in hosts]
    form = {"direct": "{}", "redirect": site.url("/to") + "?{}", "segment": site.url("/segment.m3u8") + "?{}"}[way]
    site.listed = [form.format(one) for one in addresses] + [site.url("/clip.mp4")]
    arrived = []
    with pytest.raises(RefusedAddressError, match=f"^{len(hosts)} of {len(hosts) + 1} videos failed"):
        for one in fetch.each(site.url("/listed"), page=False):
            arrived.append(one)
    assert len(arrived) == 1  # control: the one at an allowed address came
    asked = {refusal.host for refusal in guards[0].refusals}
    assert asked == {host.strip("[]") for host in hosts}


def test_the_browser_is_stopped_at_what_a_page_asks_for(site: Any, settings: Settings, tmp_path: Path) -> None:
    """A page with pictures, frames, scripts, fetches and a websocket to a forbidden port of this machine."""
    from verify.sources.browser import CHATTER, find_browser
    from verify.sources.page import capture

    if not find_browser():
        pytest.skip("needs a Chromium")
    with Guard(settings, silent=CHATTER) as guard:
        kept = capture(site.url("/probing"), tmp_path, guard)
    assert [f.name for f in kept.files] == ["page.wacz", "page.png", "page.pdf"]
    assert site.other.asked == []
    assert {r.port for r in guard.refusals} == {site.forbidden}
    assert any(path == "/clip.mp4?control" for path, _ in site.asked)  # control: what is allowed was asked for


def test_a_protocol_that_goes_round_the_guard_is_not_used(fetch: Any, site: Any) -> None:
    with pytest.raises(NotAccessibleError, match="protocol"):
        fetch(site.url("/other-protocol"), page=False)
    assert site.other.asked == []


def test_cookies_stay_with_their_site(fetch: Any, site: Any, tmp_path: Path) -> None:
    """A cookie of one name is not sent to another, though a redirect leads from the one to the other."""
    jar = tmp_path / "cookies.txt"
    jar.write_text("# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tsecret\n", encoding="utf-8")
    site.asked.clear()
    allowed = (f"localhost:{site.port}", f"127.0.0.1:{site.port}")
    fetch(site.url("/hop-other-name"), page=False, cookies=str(jar), allow_hosts=allowed)
    sent = {(headers.get("Host", ""), headers.get("Cookie", "")) for _, headers in site.asked}
    assert (f"127.0.0.1:{site.port}", "session=secret") in sent  # control: its own site gets it
    assert {cookie for host, cookie in sent if host.startswith("localhost")} == {""}


def test_an_upstream_proxy_is_honoured_and_the_rule_stays(site: Any, settings: Settings) -> None:
    with Guard(settings) as upstream:
        behind = replace(settings, proxy=upstream.url)
        with Guard(behind) as guard:
            assert get(site.url("/text"), guard, limit=1000, seconds=5)[-1].status == 200
            assert upstream.received > 0
            with pytest.raises(RefusedAddressError):
                get(f"http://127.0.0.1:{site.forbidden}/clip.mp4", guard, limit=1000, seconds=5)
