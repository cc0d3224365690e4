"""A provider's two public documents, its metadata and its keys: fetched, checked, kept, renewed behind the scenes.

Each process keeps its own copies. A copy is fresh for ten minutes; an older one still serves while a new one is
fetched in the background (metadata up to a day, keys up to an hour, so that a withdrawn key does not live on). A key
nobody has heard of makes the portal look once more, at most every 30 seconds.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.identity.oidc import http as oidc_http
from apps.identity.oidc.checks import Untrusted, same
from apps.identity.oidc.strict import read_object
from apps.people.models import Provider

FRESH = 10 * 60.0

STALE_METADATA = 24 * 60 * 60.0

STALE_KEYS = 60 * 60.0

LOOK_AGAIN = 30.0

AFTER_A_FAILURE = 5.0

WAIT_FOR_ANOTHER = 2.0

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")

clock = time.monotonic

Facts = dict[str, Any]


class Cached:
    """One document of one provider: the newest good copy, and whether somebody is fetching a newer one."""

    def __init__(self, fetch: Callable[[], Facts], stale: float) -> None:
        self.fetch, self.stale = fetch, stale
        self.value: Facts | None = None
        self.fetched_at = self.failed_at = self.looked_again_at = -1e9
        self.failure = ""
        self.lock = threading.Lock()

    def get(self) -> Facts:
        """The document: at once if there is a usable copy, else fetched now."""
        age = clock() - self.fetched_at
        if self.value is not None and age < FRESH:
            return self.value
        if self.value is not None and age < self.stale:
            if self.lock.acquire(blocking=False):
                threading.Thread(target=self._renew_behind, daemon=True).start()
            return self.value
        return self._fetch_now(unless_newer_than=FRESH)

    def look_again(self) -> Facts | None:
        """A copy fetched just now; None when that was done less than half a minute ago."""
        if clock() - self.looked_again_at < LOOK_AGAIN:
            return None
        self.looked_again_at = clock()
        return self._fetch_now(unless_newer_than=0.0)

    def _fetch_now(self, unless_newer_than: float) -> Facts:
        if clock() - self.failed_at < AFTER_A_FAILURE:
            raise Untrusted(self.failure)
        if not self.lock.acquire(timeout=WAIT_FOR_ANOTHER):
            raise Untrusted("busy")
        try:
            if self.value is None or clock() - self.fetched_at >= unless_newer_than:
                self.renew()
        finally:
            self.lock.release()
        assert self.value is not None
        return self.value

    def renew(self) -> None:
        """Fetch it now; whoever calls this has the lock."""
        try:
            self.value = self.fetch()
        except Untrusted as fault:
            self.failed_at, self.failure = clock(), fault.code
            raise
        self.fetched_at, self.failed_at = clock(), -1e9

    def _renew_behind(self) -> None:
        try:
            self.renew()
        except Untrusted:
            return  # the copy we have serves until it is too old
        finally:
            self.lock.release()


@dataclass
class Documents:
    """What is kept of one provider."""

    metadata: Cached
    keys: Cached


_kept: dict[str, Documents] = {}

_key_sets: dict[str, Cached] = {}  # by address; only addresses from the table of visa issuers

_cache_lock = threading.Lock()


def document_of(provider: Provider) -> Facts:
    """The provider's metadata (OpenID Connect Discovery 1.0, section 3)."""
    return _documents(provider).metadata.get()


def keys_of(provider: Provider) -> list[Facts]:
    """The provider's published keys (RFC 7517)."""
    keys: list[Facts] = _documents(provider).keys.get()["keys"]
    return keys


def newer_keys_of(provider: Provider) -> list[Facts]:
    """The keys as they are published this moment, for a token signed with one we do not know; or none."""
    found = _documents(provider).keys.look_again()
    return found["keys"] if found else []


def keys_at(url: str) -> list[Facts]:
    """The keys published at an address that an operator has entered (RFC 7517), kept like a provider's."""
    keys: list[Facts] = _key_set(url).get()["keys"]
    return keys


def newer_keys_at(url: str) -> list[Facts]:
    """The same, as they are published this moment; or none."""
    found = _key_set(url).look_again()
    return found["keys"] if found else []


def known_document_of(provider: Provider) -> Facts:
    """The metadata if a copy is at hand, without any call; for pages that must not wait."""
    return _documents(provider).metadata.value or {}


def fetch_again(provider: Provider) -> None:
    """Fetch metadata and keys now, and keep them; Untrusted if they cannot be had or used."""
    for document in (_documents(provider).metadata, _documents(provider).keys):
        with document.lock:
            document.renew()


def forget() -> None:
    """Keep nothing (tests, and an operator who changed a provider)."""
    with _cache_lock:
        _kept.clear()
        _key_sets.clear()


def _key_set(url: str) -> Cached:
    with _cache_lock:
        if url not in _key_sets:
            _key_sets[url] = Cached(lambda: _fetch_keys(url), STALE_KEYS)
        return _key_sets[url]


def _documents(provider: Provider) -> Documents:
    with _cache_lock:
        if provider.issuer not in _kept:
            issuer = provider.issuer
            metadata = Cached(lambda: _fetch_metadata(issuer), STALE_METADATA)
            keys = Cached(lambda: _fetch_keys(metadata.get()["jwks_uri"]), STALE_KEYS)
            _kept[issuer] = Documents(metadata, keys)
        return _kept[provider.issuer]


def _fetch_metadata(issuer: str) -> Facts:
    found = read_object(oidc_http.fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration").body)
    faults = metadata_faults(found, issuer)
    if faults:
        raise Untrusted(faults[0])
    return found


def metadata_faults(found: Facts, issuer: str) -> list[str]:
    """The document speaks of this issuer, offers what the portal asks for, and leads only to proper addresses."""
    faults = [] if same(found.get("issuer"), issuer) else ["metadata_issuer"]
    optional = [name for name in ("userinfo_endpoint", "end_session_endpoint") if name in found]
    for name in (*ENDPOINTS, *optional):
        if not _usable(found.get(name), issuer):
            faults.append("metadata_address")
    offers = {
        "response_types_supported": {"code"},
        "code_challenge_methods_supported": {"S256"},
        "id_token_signing_alg_values_supported": {"RS256", "ES256"},
        "token_endpoint_auth_methods_supported": {"client_secret_basic", "client_secret_post"},
    }
    for name, wanted in offers.items():
        said = found.get(name)
        if name in found and not (isinstance(said, list) and wanted & {one for one in said if isinstance(one, str)}):
            faults.append("metadata_offer")
    promise = found.get("authorization_response_iss_parameter_supported", False)
    return faults if isinstance(promise, bool) else [*faults, "metadata_offer"]


def _usable(url: Any, issuer: str) -> bool:
    try:
        return isinstance(url, str) and oidc_http.same_site(url, issuer)
    except Untrusted:
        return False


def _fetch_keys(url: str) -> Facts:
    found = read_object(oidc_http.fetch(url).body)
    keys = found.get("keys")
    if not isinstance(keys, list) or len(keys) > 100 or not all(isinstance(one, dict) for one in keys):
        raise Untrusted("keys")
    return found
