"""Digests: known answers, one pass for several, names in every common spelling."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest
from hypothesis import given, strategies as st

from preserve.digests import (
    ALGORITHMS,
    CHUNK,
    WEAK,
    MultiDigest,
    algorithm_name,
    digest_bytes,
    digest_stream,
    sha256,
)
from preserve.errors import UsageError

# Of the three bytes "abc": RFC 1321 A.5; FIPS 180-4 and FIPS 202 (NIST's example values); RFC 7693 A and B.
KNOWN = {
    "md5": "900150983cd24fb0d6963f7d28e17f72",
    "sha1": "a9993e364706816aba3e25717850c26c9cd0d89d",
    "sha224": "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "sha384": "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    "sha512": "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "sha3256": "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
    "blake2b512": "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
    "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
    "blake2s256": "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_answers(name: str) -> None:
    assert digest_bytes(b"abc", [name]) == {name: KNOWN[name]}


def test_sha256_is_the_same_by_its_short_way() -> None:
    assert sha256(b"abc") == KNOWN["sha256"]


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_known_name_can_be_reckoned(name: str) -> None:
    assert digest_bytes(b"", [name])[name] == hashlib.new(ALGORITHMS[name]).hexdigest()


@pytest.mark.parametrize(
    ("common", "name"),
    [
        ("SHA-512", "sha512"),
        ("sha_256", "sha256"),
        ("SHA3-256", "sha3256"),
        (" MD5 ", "md5"),
        ("BLAKE2b-512", "blake2b512"),
    ],
)
def test_common_spellings_are_understood(common: str, name: str) -> None:
    assert algorithm_name(common) == name


@pytest.mark.parametrize("name", ["", "sha513", "crc32", "../sha256x"])
def test_an_unknown_algorithm_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError, match="unknown digest algorithm") as raised:
        algorithm_name(name)
    assert all(known in raised.value.hint for known in ALGORITHMS)


def test_the_weak_ones_are_known_ones() -> None:
    assert set(ALGORITHMS) > WEAK


def test_known_digests_are_not_computed_again() -> None:
    assert digest_bytes(b"x", ["md5", "sha256"], {"md5": "known", "sha1": "unused"}) == {
        "md5": "known",
        "sha256": sha256(b"x"),
    }


@given(st.lists(st.binary(max_size=40)))
def test_several_algorithms_in_one_pass_are_as_each_alone(pieces: list[bytes]) -> None:
    digest = MultiDigest(["sha512", "md5"])
    for piece in pieces:
        digest.update(piece)
    whole = b"".join(pieces)
    assert digest.size == len(whole)
    assert digest.hexdigests() == {"sha512": hashlib.sha512(whole).hexdigest(), "md5": hashlib.md5(whole).hexdigest()}


def test_a_stream_is_read_to_its_end_in_bounded_pieces() -> None:
    class Stream(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            assert size == CHUNK
            return super().read(size)

    data = bytes(range(256)) * (CHUNK // 256) + b"tail"
    digests, size = digest_stream(Stream(data), ["sha256"])
    assert (digests, size) == ({"sha256": hashlib.sha256(data).hexdigest()}, CHUNK + 4)


def test_digests_so_far_do_not_end_the_count() -> None:
    digest = MultiDigest(["sha256"])
    digest.update(b"ab")
    digest.hexdigests()
    digest.update(b"c")
    assert digest.hexdigests() == {"sha256": KNOWN["sha256"]}
