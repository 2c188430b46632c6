"""Signatures after Standard Webhooks: its published example, and everything that must not pass."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.webhooks import (
    Signed,
    UnsignedError,
    read,
    read_secret,
    sign,
    write_secret,
)

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PAYLOAD = b'{"test": 2432232314}'
GOOD = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
"""The example of the specification."""
KEY = read_secret(SECRET)
OTHER = bytes(range(32))


def test_the_example_of_the_specification_is_signed_as_it_says() -> None:
    signed = sign(KEY, GOOD["webhook-id"], int(GOOD["webhook-timestamp"]), PAYLOAD)
    assert signed == GOOD["webhook-signature"]
    assert read(GOOD, PAYLOAD).is_by([OTHER, KEY])


def test_one_valid_signature_of_several_is_enough() -> None:
    several = f"v1,AAAA v1a,BBBB {GOOD['webhook-signature']} v2,CCCC"
    assert read({**GOOD, "webhook-signature": several}, PAYLOAD).is_by([KEY])


def test_another_key_is_none() -> None:
    assert not read(GOOD, PAYLOAD).is_by([OTHER])
    assert not read(GOOD, PAYLOAD).is_by([])


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJel"},
        {"webhook-timestamp": "1614265331"},
        {"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF="},
        {"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE"},
        {"webhook-signature": "v1,é"},
    ],
)
def test_nothing_that_was_signed_can_be_changed(changed: dict[str, str]) -> None:
    assert not read({**GOOD, **changed}, PAYLOAD).is_by([KEY])


def test_a_payload_that_was_written_anew_is_another_one() -> None:
    assert not read(GOOD, b'{"test":2432232314}').is_by([KEY])


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"webhook-id": ""}, "webhook-id is missing"),
        ({"webhook-timestamp": ""}, "webhook-timestamp is missing"),
        ({"webhook-signature": ""}, "webhook-signature is missing"),
        ({"webhook-id": "a.b"}, "1 to 100 of the characters"),
        ({"webhook-id": "a" * 101}, "1 to 100 of the characters"),
        ({"webhook-timestamp": "yesterday"}, "number of seconds"),
        ({"webhook-timestamp": "-1"}, "number of seconds"),
        ({"webhook-timestamp": "9" * 12}, "number of seconds"),
        ({"webhook-signature": "v2,AAAA"}, "no signature of version v1"),
    ],
)
def test_what_cannot_be_checked_says_what_is_missing(changed: dict[str, str], why: str) -> None:
    with pytest.raises(UnsignedError, match=why):
        read({**GOOD, **changed}, PAYLOAD)


@given(st.binary(min_size=24, max_size=64), st.binary(max_size=200), st.integers(0, 10**11 - 1))
def test_whatever_is_signed_is_recognised_by_its_key_alone(
    key: bytes, payload: bytes, seconds: int
) -> None:
    signed = Signed("id", seconds, (sign(key, "id", seconds, payload),), payload)
    assert signed.is_by([key])
    assert not signed.is_by([key + b"\1"])


@given(st.binary(min_size=24, max_size=64))
def test_a_secret_reads_back_as_its_key(key: bytes) -> None:
    assert read_secret(write_secret(key)) == key


@pytest.mark.parametrize("text", ["whsec_", "whsec_%%%", "é", base64.b64encode(b"x" * 23).decode()])
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a secret"):
        read_secret(text)
