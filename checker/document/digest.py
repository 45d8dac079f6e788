"""The digest of a file, by which a report says what it was made from."""

from pathlib import Path

MOST_SMALL = 1_000_000  # bytes, of which the plain digest takes three milliseconds, as long as OpenSSL to be loaded


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal; for a small file without OpenSSL, as `random` of Python does."""
    if len(data) <= MOST_SMALL:
        try:
            from _sha256 import sha256 as plain  # type: ignore[import-not-found] # it has no types
        except ImportError:  # it has another name since Python 3.12
            pass
        else:
            return str(plain(data).hexdigest())
    import hashlib

    return hashlib.sha256(data).hexdigest()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal, without holding it; raise OSError where it cannot be read."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
