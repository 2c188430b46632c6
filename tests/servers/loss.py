"""A network that loses packets: some of those that arrive from or at one port of loopback."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers.needs import program

_SYSTEM = (Path("/usr/sbin"), Path("/sbin"))


@contextmanager
def loss(port: int, share: float) -> Iterator[None]:
    """Drop this share of the packets of a port, at random; only root may, elsewhere it skips."""
    iptables = str(program("iptables", "iptables", *_SYSTEM))
    chance = ["-m", "statistic", "--mode", "random", "--probability", str(share), "-j", "DROP"]
    made: list[list[str]] = []
    try:
        for end in ("--dport", "--sport"):
            rule = ["INPUT", "-i", "lo", "-p", "tcp", end, str(port), *chance]
            done = subprocess.run(  # noqa: S603  # fixed words and a number
                [iptables, "-I", *rule], capture_output=True, text=True, check=False
            )
            if done.returncode:
                pytest.skip(f"no packet may be dropped here, which root may: {done.stderr.strip()}")
            made.append(rule)
        yield
    finally:
        for rule in made:
            subprocess.run([iptables, "-D", *rule], check=True)  # noqa: S603  # as above
