"""How a file is sent, as headers for the client and for the front server. Pure functions."""

import base64
import unicodedata
from dataclasses import dataclass

from django.utils.http import content_disposition_header

from apps.downloads.ranges import Plan


@dataclass(frozen=True)
class Delivery:
    """How a file is sent: by the front server (`accel_path`) or from a storage address for one minute (`location`).

    `plan` is what of it: a response without bytes (HEAD, 304, 412, 416) has neither path nor address to follow.
    """

    name: str
    media_type: str
    size: int
    sha256: str
    disposition: str
    plan: Plan
    accel_path: str = ""
    location: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The response headers: file name, checksum (RFC 9530), and no sniffing, scripts, caching or referrer."""
        digest = base64.b64encode(bytes.fromhex(self.sha256)).decode()
        return self._where | {
            "Content-Disposition": self.disposition,
            "ETag": etag_of(self.sha256),
            "Repr-Digest": f"sha-256=:{digest}:",
            "Accept-Ranges": "bytes",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "private, no-store",
        }

    @property
    def status(self) -> int:
        """The status of the portal's response; a front server that sends a part of the file makes it 206."""
        if self.plan.sends_bytes:
            return 302 if self.location else 200
        return self.plan.status

    @property
    def _where(self) -> dict[str, str]:
        """What the front server reads (path and parts), the address to follow, or what takes the place of bytes."""
        if self.plan.status == 416:
            return {"Content-Range": f"bytes */{self.size}"}
        if self.plan.status not in {200, 206}:
            return {}
        if self.accel_path:
            return {"X-Accel-Redirect": self.accel_path, "X-Accel-Range": self.plan.byte_range}
        # A storage address is signed for GET, not for HEAD.
        return {"Location": self.location} if self.plan.sends_bytes else {"Content-Length": str(self.size)}


def etag_of(sha256: str) -> str:
    """The strong entity tag of a file with this digest, with its quotes."""
    return f'"{sha256}"'


def disposition_of(name: str) -> str:
    """The header Content-Disposition (RFC 6266): the name, before it one in ASCII for programs that know no other."""
    exact = content_disposition_header(True, name) or "attachment"
    if "filename*" not in exact:
        return exact
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in plain)
    stem, dot, ending = plain.rpartition(".")
    usable = plain if (stem if dot else plain).strip("_. ") else f"file{dot}{ending if dot else ''}"
    return f'attachment; filename="{usable}"; {exact.removeprefix("attachment; ")}'
