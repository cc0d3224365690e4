"""The parts of THE access rule in sentences: what must be true, what is so, and what helps. The "why" page and the API
read this table and nothing else.

A row for each part of `queries.rule()` and of `AccessGrantQuerySet.parts()`; a part without a row still gets an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.datasets.models import Dataset
from apps.grants.queries import Fact, Verdict
from apps.people.models.visas import ACCEPTED_TERMS, RESEARCHER

SIGN_IN, SECOND_FACTOR, ACCEPT_TERMS = "sign_in", "second_factor", "accept_terms"
ASK_OFFICIAL = "ask_official"


@dataclass(frozen=True)
class Explanation:
    """What must be true, and the sentence if it is and if it is not; %(when)s and the like come from the fact."""

    condition: Any
    met: Any
    not_met: Any
    next_action: str = ""  # a key of NEXT_ACTIONS: what helps if it is not met


@dataclass(frozen=True)
class Explained:
    """One fact in words, in the language that is active now."""

    holds: bool
    condition: str
    sentence: str
    next_action: str  # a key of NEXT_ACTIONS, or empty


NEXT_ACTIONS: Mapping[str, Any] = {
    SIGN_IN: gettext_lazy("Sign in through your institution"),
    SECOND_FACTOR: gettext_lazy("Sign in with a second factor"),
    ACCEPT_TERMS: gettext_lazy("Read and accept the terms of use"),
    ASK_OFFICIAL: gettext_lazy("Find out whom to ask"),
}

EXPLANATIONS: Mapping[str, Explanation] = {
    # ----------------------------------------------------------------------------- the rule: who asks, for what, when
    "person": Explanation(
        gettext_lazy("The person has an active account"),
        gettext_lazy("The account is active, or the dataset has open access."),
        gettext_lazy("Nobody is signed in, or the account is closed."),
        SIGN_IN,
    ),
    "not_break_glass": Explanation(
        gettext_lazy("The person uses their own account, not an emergency account"),
        gettext_lazy("The person signed in with their own account, or the dataset has open access."),
        gettext_lazy(
            "Nobody is signed in, or this is an emergency account. An emergency account gives no access to data."
        ),
    ),
    "affiliated": Explanation(
        gettext_lazy("The person has a valid affiliation, confirmed within the last year"),
        gettext_lazy("The affiliation is valid, or the dataset has open access and does not require an affiliation."),
        gettext_lazy("No affiliation is valid. A sign-in through the institution renews it."),
    ),
    "published": Explanation(
        gettext_lazy("The files are published"),
        gettext_lazy("Published on %(when)s."),
        gettext_lazy("The version is not published."),
    ),
    "not_withdrawn": Explanation(
        gettext_lazy("The files have not been withdrawn"),
        gettext_lazy("The version has not been withdrawn."),
        gettext_lazy("Withdrawn on %(when)s."),
    ),
    "embargo_past": Explanation(
        gettext_lazy("The files are not under embargo"),
        gettext_lazy("The version is not under embargo."),
        gettext_lazy("The embargo ends on %(when)s."),
    ),
    "entitled": Explanation(
        gettext_lazy(
            "The dataset has open access, the terms of use are accepted (registered "
            "access), or a committee has granted access (controlled access)"
        ),
        gettext_lazy("The access level allows this download: open access, accepted terms of use, or active access."),
        gettext_lazy(
            "The access level does not allow this download: the terms of use are not accepted "
            "(registered access), or no access is granted (controlled access)."
        ),
    ),
    "second_factor": Explanation(
        gettext_lazy("The sign-in had a second factor, if the dataset requires one"),
        gettext_lazy("The sign-in had a second factor, or the dataset does not require one."),
        gettext_lazy(
            "The dataset requires a second factor, and the institution did not confirm one at this "
            "sign-in. A download link or an access token meets this requirement only if it was "
            "created in a sign-in with a second factor."
        ),
        SECOND_FACTOR,
    ),
    "not_frozen": Explanation(
        gettext_lazy("Downloads are available"),
        gettext_lazy("Downloads are available."),
        gettext_lazy("All downloads are stopped for now, for everyone."),
    ),
    # ------------------------------------------------------------------------------------------ the grant and its parts
    "begun": Explanation(
        gettext_lazy("The access has started"),
        gettext_lazy("Access started on %(when)s."),
        gettext_lazy("Access starts on %(when)s."),
    ),
    "not_ended": Explanation(
        gettext_lazy("The access has not ended"),
        gettext_lazy("Access lasts until %(when)s."),
        gettext_lazy("Access ended on %(when)s. More access needs a new request."),
    ),
    "not_revoked": Explanation(
        gettext_lazy("The access has not been revoked"),
        gettext_lazy("The access was not revoked."),
        gettext_lazy("Access was revoked on %(when)s."),
    ),
    "not_suspended": Explanation(
        gettext_lazy("The access is not suspended"),
        gettext_lazy("The access is not suspended."),
        gettext_lazy("Access is suspended until a dataset owner or a data steward resumes it."),
    ),
    "signed": Explanation(
        gettext_lazy("The person has signed the agreement themselves"),
        gettext_lazy("The person has signed the agreement."),
        gettext_lazy("The person has not signed the agreement."),
    ),
    "executed": Explanation(
        gettext_lazy("The agreement is fully signed"),
        gettext_lazy("Fully signed on %(when)s."),
        gettext_lazy("A signature is still missing."),
    ),
    "not_terminated": Explanation(
        gettext_lazy("The agreement has not been terminated"),
        gettext_lazy("The agreement has not been terminated."),
        gettext_lazy("The agreement was terminated on %(when)s."),
    ),
    "affiliation_active": Explanation(
        gettext_lazy("The affiliation at the time of signing is still valid"),
        gettext_lazy("The affiliation with %(who)s is valid until %(when)s."),
        gettext_lazy(
            "The affiliation with %(who)s is not valid. Access resumes when the person signs in "
            "through this institution again, or when one of its signing officials confirms the "
            "affiliation. A person who has moved to another institution must submit a new request "
            "from there."
        ),
    ),
    "conditions_met": Explanation(
        gettext_lazy("The conditions that must be met before the first download are met"),
        gettext_lazy("No condition of the decision holds back downloads."),
        gettext_lazy(
            "A condition of the decision must be met before the first download. The request page shows which "
            "one, and who acts next."
        ),
    ),
}

# Words for what stopped a part, by the part and the fact's cause.
BY_CAUSE: Mapping[tuple[str, str], Explanation] = {
    ("affiliated", "ended"): replace(
        EXPLANATIONS["affiliated"],
        not_met=gettext_lazy(
            "%(who)s ended the affiliation. Signing in does not restore it. A signing official of %(who)s can "
            "confirm the affiliation."
        ),
        next_action=ASK_OFFICIAL,
    ),
    ("affiliation_active", "ended"): replace(
        EXPLANATIONS["affiliation_active"],
        not_met=gettext_lazy(
            "%(who)s ended the affiliation. Signing in does not restore it. A signing official of %(who)s can "
            "confirm the affiliation."
        ),
        next_action=ASK_OFFICIAL,
    ),
    ("not_ended", "paused"): replace(
        EXPLANATIONS["not_ended"], met=gettext_lazy("If access is resumed, it lasts until %(when)s.")
    ),
    ("not_revoked", "by_holder"): replace(
        EXPLANATIONS["not_revoked"], not_met=gettext_lazy("The user ended this access early on %(when)s.")
    ),
}

# More exact words for a part where more is known than whether it holds; `_row` chooses.
OPEN_DATA = Explanation(
    gettext_lazy("The dataset has open access"),
    gettext_lazy("Anyone can download it."),
    EXPLANATIONS["entitled"].not_met,
)
TERMS = Explanation(
    gettext_lazy("The current terms of use are accepted"),
    gettext_lazy("The terms are accepted."),
    gettext_lazy("The terms are not accepted yet."),
    ACCEPT_TERMS,
)
TERMS_BY_VISA = replace(TERMS, met=gettext_lazy("A visa confirms that the terms are accepted, until %(when)s."))
RESEARCHER_BY_VISA = replace(
    EXPLANATIONS["affiliated"],
    met=gettext_lazy("A visa confirms that the person is a researcher, until %(when)s."),
)
NO_GRANT = Explanation(
    gettext_lazy("A committee has granted access and the agreement is fully signed"),
    EXPLANATIONS["entitled"].met,
    gettext_lazy("No access to this dataset has been granted."),
)
GRANTED = Explanation(
    gettext_lazy("A committee has granted access"),
    gettext_lazy("Agreement %(reference)s."),
    gettext_lazy("Access was granted, but not all of its conditions are met."),
)
FURTHER = Explanation(
    gettext_lazy("A further condition of access"),
    gettext_lazy("A further condition is met."),
    gettext_lazy("A further condition is not met."),
)


def explain(fact: Fact, verdict: Verdict | None = None) -> Explained:
    """The fact in words; with the whole verdict in more exact ones. Never fails: an unknown part is a further one."""
    row, fact = _row(fact, verdict) if verdict is not None else (_plain(fact), fact)
    words = str(row.met if fact.holds else row.not_met)
    if "%(when)s" in words and fact.moment is None:
        words = str(FURTHER.met if fact.holds else FURTHER.not_met)
    elif "%(" in words:
        when = moment(fact.moment) if fact.moment is not None else ""
        who = fact.who or _("an institution that is not known here")
        words = words % {"when": when, "who": who, "reference": fact.who}
    return Explained(fact.holds, str(row.condition), words, "" if fact.holds else row.next_action)


def moment(when: datetime) -> str:
    """A moment as it is written in a sentence, in the reader's time zone."""
    return formats.date_format(localtime(when), "j F Y, H:i T")


def _plain(fact: Fact) -> Explanation:
    return BY_CAUSE.get((fact.part, fact.cause)) or EXPLANATIONS.get(fact.part, FURTHER)


def _row(fact: Fact, verdict: Verdict) -> tuple[Explanation, Fact]:
    """The row for a part of the rule, and the fact with the moment and the name that its sentence needs."""
    if fact.part == "affiliated" and RESEARCHER in verdict.visas:
        return RESEARCHER_BY_VISA, replace(fact, moment=verdict.visas[RESEARCHER])
    if fact.part != "entitled":
        return _plain(fact), fact
    if verdict.access == Dataset.Access.OPEN:
        return OPEN_DATA, fact
    if verdict.access == Dataset.Access.REGISTERED:
        until = verdict.visas.get(ACCEPTED_TERMS)
        return (TERMS, fact) if until is None else (TERMS_BY_VISA, replace(fact, moment=until))
    if verdict.grant is None:
        return NO_GRANT, fact
    return GRANTED, replace(fact, who=verdict.grant.agreement.reference)
