"""The access rule in sentences: each part with its fact, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.actors import Viewer
from apps.datasets.models import Dataset
from apps.grants.queries import Fact, Verdict
from apps.people.models import Person
from apps.people.models.visas import ACCEPTED_TERMS, RESEARCHER

# part: (what must be true, the fact when it holds, the fact when it does not); %(when)s is the moment that matters.
PARTS: dict[str, tuple[Any, Any, Any]] = {
    "person": (
        gettext_lazy("The person is known and their account is active"),
        gettext_lazy("Yes."),
        gettext_lazy("Nobody is signed in, or the account is closed."),
    ),
    "own_account": (
        gettext_lazy("The person uses their own account, not an emergency account"),
        gettext_lazy("Yes, or the dataset has open access."),
        gettext_lazy("Nobody is signed in, or this is an emergency account. An emergency account opens no data."),
    ),
    "affiliated": (
        gettext_lazy("The person has a valid affiliation, confirmed within the last year"),
        gettext_lazy("Yes, or the dataset has open access and needs no affiliation."),
        gettext_lazy(
            "No institution has confirmed the affiliation, or it has expired. Sign in through your institution again."
        ),
    ),
    "published": (
        gettext_lazy("The files are published"),
        gettext_lazy("Published on %(when)s."),
        gettext_lazy("They were not published at that time."),
    ),
    "not_withdrawn": (
        gettext_lazy("The files have not been withdrawn"),
        gettext_lazy("They have not."),
        gettext_lazy("Withdrawn on %(when)s."),
    ),
    "embargo_past": (
        gettext_lazy("The files are not under embargo"),
        gettext_lazy("There is no embargo, or it has ended."),
        gettext_lazy("The embargo ends on %(when)s."),
    ),
    "second_factor": (
        gettext_lazy("The sign-in had a second factor, if the dataset requires one"),
        gettext_lazy("Yes, or the dataset does not require one."),
        gettext_lazy(
            "The dataset requires one, and the institution did not confirm one in this sign-in. A "
            "link or an access token has only the factors of the sign-in in which it was created."
        ),
    ),
    "not_frozen": (
        gettext_lazy("Downloads are available"),
        gettext_lazy("They are."),
        gettext_lazy("All downloads are stopped for now. Your access is not the cause."),
    ),
    "begun": (
        gettext_lazy("The access has started"),
        gettext_lazy("It started on %(when)s."),
        gettext_lazy("It starts on %(when)s."),
    ),
    "not_ended": (
        gettext_lazy("The access has not ended"),
        gettext_lazy("It lasts until %(when)s."),
        gettext_lazy("It ended on %(when)s. Submit a new request."),
    ),
    "not_revoked": (
        gettext_lazy("The access has not been revoked"),
        gettext_lazy("It has not."),
        gettext_lazy("It was revoked on %(when)s."),
    ),
    "not_suspended": (
        gettext_lazy("The access is not suspended"),
        gettext_lazy("It is not."),
        gettext_lazy("It is suspended until the dataset owner or a data steward resumes it."),
    ),
    "signed": (
        gettext_lazy("The person has signed the agreement themselves"),
        gettext_lazy("They have."),
        gettext_lazy("They have not signed."),
    ),
    "executed": (
        gettext_lazy("The agreement is fully signed"),
        gettext_lazy("Since %(when)s."),
        gettext_lazy("A signature is still missing."),
    ),
    "not_terminated": (
        gettext_lazy("The agreement has not been terminated"),
        gettext_lazy("It has not."),
        gettext_lazy("It was terminated on %(when)s."),
    ),
    "vouched": (
        gettext_lazy("The affiliation at the time of signing is still valid"),
        gettext_lazy("Affiliation: %(who)s, valid until %(when)s."),
        gettext_lazy(
            "Affiliation: %(who)s, not valid. Access resumes when one of its signing officials "
            "confirms the affiliation, or when the person signs in through it again, unless a "
            "signing official ended the affiliation. A person who has moved to another institution "
            "must submit a new request from there."
        ),
    ),
}


@dataclass(frozen=True)
class Links:
    """Where a missing part can be mended."""

    sign_in: str
    second_factor: str
    terms: str
    ask: str


def checks(verdict: Verdict, dataset: Dataset, person: Viewer, links: Links) -> list[dict[str, Any]]:
    """The verdict as rows of components/checklist.html."""
    rows: list[dict[str, Any]] = []
    for fact in verdict.facts:
        if fact.part == "entitled":
            rows += _entitled(verdict, fact, dataset, links)
        else:
            rows.append(_with_visa(row(fact), fact, verdict))
            if fact.part == "person" and not fact.holds and not isinstance(person, Person):
                rows[-1] |= {"href": links.sign_in, "action": _("Sign in with your institution")}
            if fact.part == "second_factor" and not fact.holds and isinstance(person, Person):
                rows[-1] |= {"href": links.second_factor, "action": _("Sign in with a second factor")}
    return rows


def _with_visa(check: dict[str, Any], fact: Fact, verdict: Verdict) -> dict[str, Any]:
    """For registered data the word may come from home, in a visa; then say so."""
    until = verdict.visas.get(RESEARCHER)
    if fact.part != "affiliated" or not fact.holds or until is None:
        return check
    words = _("A visa confirms that the person is a researcher, until %(when)s.")
    return check | {"fact": words % {"when": moment(until)}}


def row(fact: Fact) -> dict[str, Any]:
    """One part of the rule; a moment nobody knows is not shown."""
    what, holds, fails = PARTS[fact.part]
    words = str(holds if fact.holds else fails)
    if "%(when)s" in words and fact.moment is None:
        words = ""
    elif "%(when)s" in words or "%(who)s" in words:
        when = moment(fact.moment) if fact.moment else ""
        words = words % {"when": when, "who": fact.who or _("institution unknown")}
    return {"ok": fact.holds, "sentence": what, "fact": words}


def moment(when: datetime) -> str:
    return _("%(when)s UTC") % {"when": formats.date_format(when, "j F Y, H:i")}


def _entitled(verdict: Verdict, fact: Fact, dataset: Dataset, links: Links) -> list[dict[str, Any]]:
    """The heart of the rule, by access level."""
    if dataset.access == Dataset.Access.OPEN:
        return [{"ok": fact.holds, "sentence": _("The dataset has open access"), "fact": _("Anyone can download it.")}]
    if dataset.access == Dataset.Access.REGISTERED:
        return [_terms(verdict, links)]
    if verdict.grant is None:
        sentence = _("A committee has granted access and the agreement is fully signed")
        fact_words = _("No access to this dataset has been granted.")
        ask = {"href": links.ask, "action": _("Request access")}
        return [{"ok": False, "sentence": sentence, "fact": fact_words, **ask}]
    granted = {
        "ok": True,
        "sentence": _("A committee has granted access"),
        "fact": _("Agreement %(reference)s.") % {"reference": verdict.grant.agreement.reference},
    }
    return [granted, *(row(one) for one in verdict.grant_facts)]


def _terms(verdict: Verdict, links: Links) -> dict[str, Any]:
    check: dict[str, Any] = {"ok": verdict.terms_accepted, "sentence": _("The current terms of use are accepted")}
    until = verdict.visas.get(ACCEPTED_TERMS)
    if verdict.terms_accepted and until is not None:
        return check | {"fact": _("A visa confirms this, until %(when)s.") % {"when": moment(until)}}
    if verdict.terms_accepted:
        return check | {"fact": _("They are.")}
    return check | {"fact": _("Not yet."), "href": links.terms, "action": _("Read and accept the terms of use")}
