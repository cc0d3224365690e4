"""Whether each identity provider can be used: its metadata and keys are fetched once a minute by a worker.

What a sign-in shows to be wrong with the portal's own set-up (its client secret, its clock) is kept beside it until a
sign-in through that provider succeeds.
"""

from collections.abc import Mapping

from apps.core import causes, heartbeats
from apps.identity.oidc import discovery
from apps.identity.oidc.checks import Untrusted
from apps.people.models import Provider
from apps.people.queries import providers

CHECKED, SIGN_IN = "provider:", "sign-in:"
# Codes of a refusal whose cause is the portal's own set-up, or the provider; all others are one person's.
CAUSES: Mapping[str, str] = {
    "slow": "silent",
    "unreachable": "unreachable",
    "certificate": "certificate",
    "unknown_name": "unknown_name",
    "refused": "refused",
    "client_secret": "client_secret",
    "no_secret": "client_secret",
    "expired": "clock",
    "issued": "clock",
    "not_before": "clock",
    "auth_time": "clock",
    "status": "answer",
    "metadata_issuer": "answer",
    "metadata_address": "answer",
    "metadata_offer": "answer",
    "keys": "answer",
    "json": "answer",
    "too_big": "answer",
    "encoding": "answer",
    "cut": "answer",
}
# Those that no sign-in of another person changes.
OURS = frozenset({"client_secret", "no_secret", "certificate", "expired", "issued", "not_before"})


def check_providers() -> None:
    """Report for each active provider whether its metadata and keys can be fetched and used."""
    active = list(providers())
    for provider in active:
        heartbeats.report(f"{CHECKED}{provider.slug}", cause=_cause(provider))
    heartbeats.forget(prefix=CHECKED, except_for=[f"{CHECKED}{one.slug}" for one in active])


def _cause(provider: Provider) -> str:
    try:
        discovery.fetch_again(provider)
    except Untrusted as fault:
        return CAUSES.get(fault.code, "answer") if fault.code != "busy" else ""
    return ""


def sentence_for_log(code: str) -> str:
    """What a refused sign-in means for the operator, in English; empty if it is the person's own."""
    cause = CAUSES.get(code)
    return causes.for_log(cause) if cause is not None else ""


def report_sign_in(provider: Provider, code: str) -> None:
    """Keep that a sign-in failed for a cause that fails every sign-in through this provider."""
    if code in OURS:
        heartbeats.report(f"{SIGN_IN}{provider.slug}", cause=CAUSES[code])


def report_success(provider: Provider) -> None:
    """A sign-in through this provider worked, so whatever failed every sign-in is repaired."""
    heartbeats.works_again(f"{SIGN_IN}{provider.slug}")
