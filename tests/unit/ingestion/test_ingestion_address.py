"""Kring calls addresses on the public network for somebody, and nowhere inside."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.errors import SettingsError
from services.ingestion.domain.address import UnfitAddressError, may_call, networks, read

# ruff: noqa: S104  # an address that stands for all of them is one that is not called
INSIDE = (
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "169.254.169.254", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "fe80::1", "fd00::1", "ff02::1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1",
)  # fmt: skip
OUTSIDE = ("93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8")
REFUSED = (
    "ftp://a.example/", "file:///etc/passwd", "gopher://a.example/", "data:text/plain,x",
    "a.example", "http://a.example/",
    "https://", "https:///x", "https://localhost/", "https://LOCALHOST/", "https://localhost./",
    "https://a.example./", "https://kubernetes/", "https://a@a.example/", "https://a:b@a.example/",
    "https://127.0.0.1#@a.example/", "https://a.example/#x", "https://a\\@127.0.0.1/",
    "https://a.example:22/", "https://a.example:6379/", "https://a.example:9200/",
    "https://a.example:80/", "http://a.example:443/", "https://a.example:x/",
    "https://a.example:99999/", "https://①②⑦.⓪.⓪.①/", "https://[::1", "https://[fe80::1%25eth0]/",
    "https://a.example/x\r\nHost: b", "https://a.example/ x", "https://2130706433/",
    "https://0x7f000001/", "https://017700000001/", "https://0/", "https://-a.example/",
    "https://a.example/" + "x" * 2000,
)  # fmt: skip


@pytest.mark.parametrize("text", INSIDE)
def test_nothing_inside_is_called(text: str) -> None:
    assert not may_call(ipaddress.ip_address(text), ())


@pytest.mark.parametrize("text", OUTSIDE)
def test_the_public_network_is_called(text: str) -> None:
    assert may_call(ipaddress.ip_address(text), ())


def test_what_the_operator_opened_is_called_and_nothing_beside_it() -> None:
    opened = (ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd00:1::/32"))
    for text in ("10.1.2.3", "::ffff:10.1.2.3", "fd00:1::5"):
        assert may_call(ipaddress.ip_address(text), opened)
    for text in ("10.2.0.1", "127.0.0.1", "fd00:2::5"):
        assert not may_call(ipaddress.ip_address(text), opened)


@given(st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="127.0.0.0/8"))
def test_private_addresses_stay_so_inside_others(ip: ipaddress.IPv4Address) -> None:
    assert not may_call(ip, ())
    assert not may_call(ipaddress.ip_address(f"::ffff:{ip}"), ())
    assert not may_call(ipaddress.ip_address(f"64:ff9b::{ip}"), ())


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_hides_something_is_refused(url: str) -> None:
    with pytest.raises(UnfitAddressError, match="must"):
        read(url)


def test_an_address_is_read_into_one_form() -> None:
    target = read("https://Hooks.Example.org/a/b?c=d")
    assert (target.host, target.port, target.path) == ("hooks.example.org", 443, "/a/b?c=d")
    assert target.name == "hooks.example.org"
    assert read("https://a.example").path == "/"
    assert read("https://[2606:2800::1]/").name == "[2606:2800::1]"
    assert read("https://8.8.8.8/").host == "8.8.8.8"


def test_where_networks_are_open_ports_and_plain_names_are_too() -> None:
    target = read("http://receiver:8099/x", inside=True)
    assert (target.host, target.port, target.name) == ("receiver", 8099, "receiver:8099")


def test_networks_come_from_a_setting_and_a_mistake_says_how_they_look() -> None:
    assert networks("") == ()
    assert [str(each) for each in networks("10.1.0.0/16, fd00::/8")] == ["10.1.0.0/16", "fd00::/8"]
    with pytest.raises(SettingsError, match="by commas"):
        networks("10.1.0.0/16;10.2.0.0/16")
