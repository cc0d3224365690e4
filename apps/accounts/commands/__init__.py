"""Verbs about people, the identities they sign in with and the providers that vouch for them."""

from apps.accounts.commands.identities import link_identity, merge_people, split_identity
from apps.accounts.commands.people import (
    accept_terms,
    appoint_signing_official,
    choose_language,
    deactivate,
    give_desk,
    make_token,
    note_refusal,
    note_sign_in,
    note_sign_in_refused,
    note_sign_out,
    note_token_use,
    publish_terms,
    reactivate,
    recognise,
    revoke_token,
)
from apps.accounts.commands.providers import add_provider, deactivate_provider, provider_from_settings

__all__ = [
    "accept_terms",
    "add_provider",
    "appoint_signing_official",
    "choose_language",
    "deactivate",
    "deactivate_provider",
    "give_desk",
    "link_identity",
    "make_token",
    "merge_people",
    "note_refusal",
    "note_sign_in",
    "note_sign_in_refused",
    "note_sign_out",
    "note_token_use",
    "provider_from_settings",
    "publish_terms",
    "reactivate",
    "recognise",
    "revoke_token",
    "split_identity",
]
