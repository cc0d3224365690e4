"""Who signs, and when a signature counts."""

import unicodedata
from datetime import timedelta

from django.utils.translation import gettext as _

from apps.access_requests.queries import people_of
from apps.agreements import queries, wording
from apps.agreements.models import Agreement, Signature
from apps.agreements.states import AgreementState
from apps.committees.models import Committee
from apps.committees.rules import check_can_manage_committee
from apps.core import clock
from apps.core.actors import CONSOLE, Actor
from apps.core.errors import Denied, Invalid, NeedsSignIn, WrongState
from apps.core.text import is_blank, is_hidden
from apps.datasets.queries import is_owner
from apps.people.models import Affiliation, Person
from apps.people.queries import accounts_of
from apps.people.rules import check_not_break_glass, check_operator
from apps.people.sign_in import SignIn

FRESH = timedelta(minutes=10)
SKEW = timedelta(seconds=60)
SAME_SIGNS = str.maketrans("\u2018\u2019\u02bc\u2010\u2011", "'''--")


def check_can_publish_template(by: Actor, committee: Committee | None) -> None:
    """A committee's own wording is its chair's matter, the house's an operator's; the command line publishes both."""
    if committee is None:
        check_operator(by, CONSOLE)
    else:
        check_can_manage_committee(by, committee, CONSOLE)


def check_template(title: str, clauses: list[dict[str, str]]) -> None:
    """Every clause has a heading, a text and its plain-language lines; every mark is one that will be filled."""
    if is_blank(title) or not clauses:
        raise Invalid(_("An agreement template needs a title and at least one clause."))
    for clause in clauses:
        if set(clause) != wording.CLAUSE_KEYS or not all(str(part).strip() for part in clause.values()):
            raise Invalid(
                _("Every clause needs a heading, a text and a plain-language explanation in English and Danish.")
            )
    if not all(wording.can_be_filled(clause) for clause in clauses):
        raise Invalid(_("A dollar sign starts a placeholder, such as $purpose. Write $$ for a dollar sign."))
    unknown = wording.unknown_marks(clauses)
    if unknown:
        raise Invalid(_("Unknown placeholder: $%(mark)s.") % {"mark": sorted(unknown)[0]})


def check_signed_in_freshly(signed_in: SignIn) -> None:
    """The person proved who they are within the last ten minutes; a time in the future proves nothing."""
    now = clock.now()
    if not now - FRESH <= signed_in.auth_time <= now + SKEW:
        raise NeedsSignIn(_("Sign in again before you sign. Your last sign-in was more than ten minutes ago."))


def check_typed_name(by: Person, typed: str) -> None:
    if not by.name or _folded(typed) != _folded(by.name):
        raise Invalid(_("Type your name exactly as shown: %(name)s") % {"name": by.name}, field="typed_name")


def _folded(name: str) -> str:
    """The name as it reads: keyboards write the same character, apostrophe or hyphen in more than one way."""
    seen = "".join(c for c in unicodedata.normalize("NFC", name) if c.isspace() or not is_hidden(c))
    return unicodedata.normalize("NFC", " ".join(seen.translate(SAME_SIGNS).split()).casefold())


def check_seen(agreement: Agreement, seen_sha256: str) -> None:
    if seen_sha256 != agreement.sha256:
        raise WrongState(
            _("The agreement text does not match the one on your page. Reload the page and read it again.")
        )


def check_can_sign(by: Person, agreement: Agreement) -> str:
    """Applicant or named member, once, while the agreement stands; returns the capacity."""
    check_not_break_glass(by)
    capacity = queries.capacity_of(by, agreement)
    if not by.is_active or not capacity:
        raise Denied(_("Only the applicant and the project members can sign this agreement."))
    if agreement.state == AgreementState.TERMINATED:
        raise WrongState(_("This agreement is terminated."))
    if Signature.objects.filter(agreement=agreement, signer_id=by.pk).exists():
        raise WrongState(_("You have already signed this agreement."))
    return capacity


def check_named_institution(agreement: Agreement, capacity: str, affiliation: Affiliation) -> None:
    """The applicant signs for the institution that the text names, and for no other that they have moved to since."""
    named = agreement.institution
    if capacity == Signature.Capacity.APPLICANT and named is not None and named.pk != affiliation.institution_id:
        raise WrongState(
            _("This agreement names %(named)s, but you are now affiliated with %(now)s. Submit a new request.")
            % {"named": named, "now": affiliation.institution}
        )


def check_can_countersign(by: Person, agreement: Agreement) -> None:
    """An owner of the dataset, who is no part of the request and of its text, after the applicant has signed."""
    check_not_break_glass(by)
    if not by.is_active or not is_owner(by, agreement.item.dataset):
        raise Denied(_("Only a dataset owner can countersign this agreement."))
    part_of_it = people_of(agreement.item.request).filter(pk__in=accounts_of(by).values("pk"))
    if part_of_it.exists() or any(queries.is_named_in(one, agreement) for one in accounts_of(by)):
        raise Denied(_("You cannot countersign an agreement you are part of."))
    agreement.check_can("countersign")


def check_can_terminate(by: Person, agreement: Agreement, reason: str) -> None:
    if not by.is_active or not is_owner(by, agreement.item.dataset):
        raise Denied(_("Only a dataset owner can terminate this agreement."))
    if is_blank(reason):
        raise Invalid(_("Enter a reason. The other party can read it."), field="reason")
