"""A digest is that of `hashlib`, whatever the length."""

import hashlib

import pytest

from checker.document.digest import MOST_SMALL, sha256


@pytest.mark.parametrize("length", [0, 1, 1_000, MOST_SMALL, MOST_SMALL + 1])
def test_the_digest_is_that_of_the_standard_library(length: int) -> None:
    data = b"\xe2\x82" * length
    assert sha256(data[:length]) == hashlib.sha256(data[:length]).hexdigest()


def test_without_the_plain_digest_the_other_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "_sha256", None)
    assert sha256(b"a") == hashlib.sha256(b"a").hexdigest()
