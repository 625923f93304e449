"""Signatures: what they cover, what reads, what is timely."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.engine.signing import (
    SignedRequest,
    is_signed_by,
    is_timely,
    read_credential,
    sign,
    signature_header,
    string_to_sign,
)

SECRET = b"mp_test_secret"
HEX = "0123456789abcdef" * 4


def test_a_signature_is_hmac_sha256_in_hex() -> None:
    """Any library can make one: here Python's own, step by step."""
    message = f"1764000000.POST./api/predict/7?n=1.{hashlib.sha256(b'{}').hexdigest()}".encode()
    assert string_to_sign("1764000000", "POST", "/api/predict/7?n=1", b"{}") == message
    assert sign(SECRET, message) == hmac.new(SECRET, message, hashlib.sha256).hexdigest()


@given(st.binary(), st.binary(), st.sampled_from(["GET", "POST"]), st.sampled_from(["/a", "/a?b=1", "/a?"]))
def test_what_was_signed_is_recognised_and_nothing_else(body: bytes, other: bytes, method: str, target: str) -> None:
    """Round trip through the header; another body has another signature."""
    header = signature_header(SECRET, "1764000000", method=method, request_target=target, body=body)
    read = read_credential("ak_test_1", header)
    assert isinstance(read, SignedRequest)
    assert is_signed_by(SECRET, string_to_sign(read.timestamp, method, target, body), read.signature)
    is_same = is_signed_by(SECRET, string_to_sign(read.timestamp, method, target, other), read.signature)
    assert is_same == (other == body)


@pytest.mark.parametrize(
    "header",
    [
        "t=1",
        f"v1={HEX}",
        f"t=,v1={HEX}",
        f"t=-1,v1={HEX}",
        f"t=1.5,v1={HEX}",
        f"t=٣,v1={HEX}",
        f"t=1,t=2,v1={HEX}",
        f"t=1,v1={HEX},v1={HEX}",
        f"t=1,v1={HEX[:-1]}",
        f"t=1,v1={HEX}0",
        f"t=1,v1={HEX[:-1]}g",
        f"t={'1' * 13},v1={HEX}",
        "nonsense",
        ",,,=",
    ],
)
def test_a_header_that_is_not_exactly_ours_carries_no_signature(header: str) -> None:
    """Two times, two signatures, or half of one: nothing is chosen among them."""
    read = read_credential("ak_test_1", header)
    assert isinstance(read, SignedRequest)
    assert not read.is_readable


@given(st.text(max_size=80), st.text(max_size=200))
def test_any_header_reads_without_a_crash(key: str, signature: str) -> None:
    """What strangers send never raises."""
    read_credential(key, signature)


def test_the_tolerance_is_five_minutes_both_ways() -> None:
    """At 300 seconds it holds, beyond it does not."""
    assert [is_timely("1000", now) for now in (700, 1300, 699.9, 1300.1)] == [True, True, False, False]


def test_nothing_of_a_credential_shows_in_its_repr() -> None:
    """Keys and signatures do not reach a log by way of an exception."""
    for read in (read_credential("mp_live_secret", ""), read_credential("mp_live_secret", f"t=1,v1={HEX}")):
        assert "secret" not in repr(read)
        assert HEX not in repr(read)
