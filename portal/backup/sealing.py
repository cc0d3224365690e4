"""Encryption to a public key (age, by pyrage), and the signature by which a portal knows its own files.

Whoever has only the public key can make an encrypted file, so encryption does not say where a backup comes from: the
manifest is signed with SECRET_KEY (or one of SECRET_KEY_FALLBACKS), by Django's Signer.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pyrage
from django.core.signing import BadSignature, Signer

from apps.core.addresses import absolute
from portal.backup.errors import BackupError

Progress = Callable[[int], None]


def _nothing(_count: int) -> None:
    """No progress is shown."""


class Measured:
    """A file that is read or written, with the number of its bytes and their SHA-256."""

    def __init__(self, file: IO[bytes] | None, progress: Progress = _nothing) -> None:
        self.file, self.progress = file, progress
        self.size, self._digest = 0, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self.file.read(size) if self.file is not None else b""
        self._count(chunk)
        return chunk

    def write(self, chunk: bytes) -> int:
        if self.file is not None:
            self.file.write(chunk)
        self._count(chunk)
        return len(chunk)

    def flush(self) -> None:
        if self.file is not None:
            self.file.flush()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def _count(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._digest.update(chunk)
        self.progress(len(chunk))


def recipients(keys: Sequence[str]) -> list[Any]:
    """The public keys to encrypt to; each of their owners can read the backup alone."""
    if not keys:
        raise BackupError("Set BACKUP_RECIPIENTS to one or more age public keys (manage.py backup_key FILE makes one).")
    try:
        return [pyrage.x25519.Recipient.from_str(key) for key in keys]
    except pyrage.RecipientError:
        raise BackupError(
            "BACKUP_RECIPIENTS contains a text that is not an age public key. Public keys begin with age1."
        ) from None


def identity_in(path: Path) -> Any:
    """The private key in a file as age-keygen and `manage.py backup_key` write it."""
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
    except OSError as fault:
        raise BackupError(f"The private key {path} cannot be read: {fault.strerror}.") from fault
    for line in lines:
        if line.startswith("AGE-SECRET-KEY-"):
            try:
                return pyrage.x25519.Identity.from_str(line)
            except pyrage.IdentityError:
                break
    raise BackupError(f"{path} is not a file with an age private key: no line begins with AGE-SECRET-KEY-1.")


def new_identity(path: Path) -> str:
    """Write a new private key to a file that only its owner can read; returns the public key."""
    made = pyrage.x25519.Identity.generate()
    public = str(made.to_public())
    try:
        path.touch(mode=0o600, exist_ok=False)
    except OSError as fault:
        raise BackupError(f"{path} cannot be created: {fault.strerror}. An existing key is never replaced.") from fault
    path.write_text(f"# public key: {public}\n{made}\n")
    return public


def seal(source: Any, target: Any, keys: list[Any]) -> None:
    """Encrypt everything that can be read from `source`; memory does not grow with its size."""
    pyrage.encrypt_io(source, target, keys)
    target.flush()


def unseal(source: Any, target: Any, identity: Any) -> None:
    """Decrypt; a changed or cut file raises BackupError, but its beginning may have been written before."""
    try:
        pyrage.decrypt_io(source, target, [identity])
    except (pyrage.DecryptError, OSError) as fault:  # OSError: the stream is cut or changed in its middle
        raise BackupError(f"The backup cannot be decrypted with this private key: {fault}.") from fault
    target.flush()


def signature_of(text: str, *, purpose: str) -> str:
    return Signer(salt=f"gatehouse.{purpose}").signature(text)


def check_signature(text: str, signature: str, *, purpose: str, what: str) -> None:
    """The text was signed by a portal with this SECRET_KEY, or an earlier one that is still in the settings."""
    try:
        Signer(salt=f"gatehouse.{purpose}").unsign(f"{text}:{signature}")
    except BadSignature:
        raise BackupError(
            f"{what} was not signed by this portal. Either it was changed, or the SECRET_KEY of that time is "
            "missing from SECRET_KEY and SECRET_KEY_FALLBACKS."
        ) from None


def portal_name() -> str:
    """Which portal this is: its host name, and its port if it has one."""
    return urlsplit(absolute("/")).netloc
