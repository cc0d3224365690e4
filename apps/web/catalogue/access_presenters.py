"""The access rule in sentences: each part with its fact, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.datasets.models import Dataset
from apps.grants.queries import Fact, Verdict
from apps.people.models.visas import ACCEPTED_TERMS, RESEARCHER

# part: (what must be true, the fact when it holds, the fact when it does not); %(when)s is the moment that matters.
PARTS: dict[str, tuple[Any, Any, Any]] = {
    "person": (
        gettext_lazy("The portal knows who asks, and the account is active"),
        gettext_lazy("It does."),
        gettext_lazy("Nobody is signed in, or the account was closed."),
    ),
    "own_account": (
        gettext_lazy("Somebody asks as themselves, not with an account for emergencies"),
        gettext_lazy("They do, or the dataset is open."),
        gettext_lazy("Nobody is signed in, or it is a break-glass account: it opens no data."),
    ),
    "affiliated": (
        gettext_lazy("An institution stands behind the person, and has said so within the year"),
        gettext_lazy("It does, or the dataset is open and needs none."),
        gettext_lazy(
            "No institution has confirmed it, or its word has lapsed. Sign in through your institution again."
        ),
    ),
    "published": (
        gettext_lazy("The files are published"),
        gettext_lazy("Published on %(when)s."),
        gettext_lazy("They were not published at that moment."),
    ),
    "not_withdrawn": (
        gettext_lazy("The files have not been withdrawn"),
        gettext_lazy("They have not."),
        gettext_lazy("Withdrawn on %(when)s."),
    ),
    "embargo_past": (
        gettext_lazy("No embargo holds the files back"),
        gettext_lazy("There is none (any more)."),
        gettext_lazy("The embargo lasts until %(when)s. Come back then."),
    ),
    "second_factor": (
        gettext_lazy("The sign-in had a second factor, where the dataset asks for one"),
        gettext_lazy("It had one, or the dataset asks for none."),
        gettext_lazy(
            "The dataset asks for one, and the institution did not confirm any in this sign-in. A link or an access"
            " token carries what the sign-in had in which it was made."
        ),
    ),
    "not_frozen": (
        gettext_lazy("Downloads are running"),
        gettext_lazy("They are."),
        gettext_lazy("The operators have stopped all downloads for now. Nothing is wrong with your access."),
    ),
    "begun": (
        gettext_lazy("The access has begun"),
        gettext_lazy("It began on %(when)s."),
        gettext_lazy("It begins on %(when)s."),
    ),
    "not_ended": (
        gettext_lazy("The access has not run out"),
        gettext_lazy("It lasts until %(when)s."),
        gettext_lazy("It ran out on %(when)s. Ask anew."),
    ),
    "not_revoked": (
        gettext_lazy("The access has not been revoked"),
        gettext_lazy("It has not."),
        gettext_lazy("It was revoked on %(when)s."),
    ),
    "not_suspended": (
        gettext_lazy("The access is not suspended"),
        gettext_lazy("It is not."),
        gettext_lazy("It is suspended until those who take care of the dataset resume it."),
    ),
    "signed": (
        gettext_lazy("The person has signed the agreement themselves"),
        gettext_lazy("They have."),
        gettext_lazy("They have not signed."),
    ),
    "executed": (
        gettext_lazy("The agreement is signed by everybody it needs"),
        gettext_lazy("Since %(when)s."),
        gettext_lazy("A signature is still missing."),
    ),
    "not_terminated": (
        gettext_lazy("The agreement has not been terminated"),
        gettext_lazy("It has not."),
        gettext_lazy("It was terminated on %(when)s."),
    ),
    "vouched": (
        gettext_lazy("The institution that stood behind the signature still stands behind the person"),
        gettext_lazy("%(who)s does, until %(when)s."),
        gettext_lazy(
            "%(who)s does not. Access comes back when they sign in through it again, or when one of its signing "
            "officials affirms them; who has moved to another institution asks anew from there."
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


def checks(verdict: Verdict, dataset: Dataset, person: Any, links: Links) -> list[dict[str, Any]]:
    """The verdict as rows of components/checklist.html."""
    rows: list[dict[str, Any]] = []
    for fact in verdict.facts:
        if fact.part == "entitled":
            rows += _entitled(verdict, fact, dataset, links)
        else:
            rows.append(_with_visa(row(fact), fact, verdict))
            if fact.part == "person" and not fact.holds and not person.is_authenticated:
                rows[-1] |= {"href": links.sign_in, "action": _("Sign in with your institution")}
            if fact.part == "second_factor" and not fact.holds and person.is_authenticated:
                rows[-1] |= {"href": links.second_factor, "action": _("Sign in with a second factor")}
    return rows


def _with_visa(check: dict[str, Any], fact: Fact, verdict: Verdict) -> dict[str, Any]:
    """For registered data the word may come from home, in a visa; then say so."""
    until = verdict.visas.get(RESEARCHER)
    if fact.part != "affiliated" or not fact.holds or until is None:
        return check
    words = _("A visa from home says that the person is a researcher, until %(when)s.")
    return check | {"fact": words % {"when": moment(until)}}


def row(fact: Fact) -> dict[str, Any]:
    """One part of the rule; a moment nobody knows is not shown."""
    what, holds, fails = PARTS[fact.part]
    words = str(holds if fact.holds else fails)
    if "%(when)s" in words and fact.moment is None:
        words = ""
    elif "%(when)s" in words or "%(who)s" in words:
        when = moment(fact.moment) if fact.moment else ""
        words = words % {"when": when, "who": fact.who or _("No institution that is known here")}
    return {"ok": fact.holds, "sentence": what, "fact": words}


def moment(when: datetime) -> str:
    return _("%(when)s UTC") % {"when": formats.date_format(when, "j F Y, H:i")}


def _entitled(verdict: Verdict, fact: Fact, dataset: Dataset, links: Links) -> list[dict[str, Any]]:
    """The heart of the rule, by access level."""
    if dataset.access == Dataset.Access.OPEN:
        return [{"ok": fact.holds, "sentence": _("The dataset is open"), "fact": _("Anyone may have it.")}]
    if dataset.access == Dataset.Access.REGISTERED:
        return [_terms(verdict, links)]
    if verdict.grant is None:
        sentence = _("A committee has granted access, and the agreement is signed")
        fact_words = _("There is no grant for this dataset.")
        ask = {"href": links.ask, "action": _("Ask for access")}
        return [{"ok": False, "sentence": sentence, "fact": fact_words, **ask}]
    granted = {
        "ok": True,
        "sentence": _("A committee has granted access"),
        "fact": _("Agreement %(reference)s.") % {"reference": verdict.grant.agreement.reference},
    }
    return [granted, *(row(one) for one in verdict.grant_facts)]


def _terms(verdict: Verdict, links: Links) -> dict[str, Any]:
    check: dict[str, Any] = {"ok": verdict.terms_accepted, "sentence": _("The terms that count today are accepted")}
    until = verdict.visas.get(ACCEPTED_TERMS)
    if verdict.terms_accepted and until is not None:
        return check | {"fact": _("A visa from home says so, until %(when)s.") % {"when": moment(until)}}
    if verdict.terms_accepted:
        return check | {"fact": _("They are.")}
    return check | {"fact": _("They are not yet."), "href": links.terms, "action": _("Read the terms and accept them")}
