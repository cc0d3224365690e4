"""Who may publish templates, sign, countersign and terminate, and what a signature needs."""

import unicodedata
from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.access_requests.queries import concerned_by
from apps.agreements import queries, queries_conditions, wording
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
from apps.people.rules import check_can_set_up, check_has_name, check_not_break_glass
from apps.people.sign_in import SignIn

SIGN_IN_MAX_AGE = timedelta(minutes=10)
CLOCK_SKEW = timedelta(seconds=60)
LOOKALIKES = str.maketrans("\u2018\u2019\u02bc\u2010\u2011", "'''--")


def check_can_publish_template(by: Actor, committee: Committee | None) -> None:
    """Whoever manages the committee; for a template of all committees an operator. The command line may do both."""
    if committee is None:
        check_can_set_up(by, CONSOLE)
    else:
        check_can_manage_committee(by, committee, CONSOLE)


def check_template(title: str, clauses: list[dict[str, str]]) -> None:
    """Every clause has a heading, a text and plain-language lines; every placeholder is in `wording.PLACEHOLDERS`.

    A fault of the third clause's text is at the field `text_3`.
    """
    fields = {"title": _("Enter a title.")} if is_blank(title) else {}
    if not clauses:
        fields["heading_1"] = _("An agreement template needs at least one clause.")
    for number, clause in enumerate(clauses, start=1):
        fields |= {f"{part}_{number}": sentence for part, sentence in _clause_faults(clause).items()}
    if fields:
        raise Invalid(_("The template was not published."), fields=fields)


def _clause_faults(clause: dict[str, str]) -> dict[str, str]:
    """The sentences by part of the clause."""
    parts = wording.CLAUSE_KEYS | set(clause)
    incomplete = [part for part in parts if part not in wording.CLAUSE_KEYS or is_blank(str(clause.get(part, "")))]
    if incomplete:
        needed = _("Every clause needs a heading, a text and a plain-language explanation in English and Danish.")
        return dict.fromkeys(incomplete, needed)
    if not wording.is_valid(clause):
        return {"text": _("A dollar sign starts a placeholder, such as $purpose. Write $$ for a dollar sign.")}
    unknown = sorted(wording.unknown_placeholders([clause]))
    return {"text": _("Unknown placeholder: $%(mark)s.") % {"mark": unknown[0]}} if unknown else {}


def check_signed_in_freshly(signed_in: SignIn) -> None:
    """The person signed in within the last ten minutes (SIGN_IN_MAX_AGE); a time in the future is refused too."""
    now = clock.now()
    if not now - SIGN_IN_MAX_AGE <= signed_in.auth_time <= now + CLOCK_SKEW:
        raise NeedsSignIn(_("Sign in again before you sign. Your last sign-in was more than ten minutes ago."))


def check_typed_name(by: Person, typed: str) -> None:
    """The typed name is the person's name, apart from case, spaces and look-alike apostrophes and hyphens."""
    check_has_name(by, field="typed_name")
    if _folded(typed) != _folded(by.name):
        raise Invalid(_("Type your name exactly as shown: %(name)s") % {"name": by.name}, field="typed_name")


def _folded(name: str) -> str:
    """The name in one form (Unicode NFC, case-folded): keyboards write the same apostrophe or hyphen differently."""
    visible = "".join(c for c in unicodedata.normalize("NFC", name) if c.isspace() or not is_hidden(c))
    return unicodedata.normalize("NFC", " ".join(visible.translate(LOOKALIKES).split()).casefold())


def check_seen(agreement: Agreement, seen_sha256: str) -> None:
    """The text on the signer's page is the text of the agreement."""
    if seen_sha256 != agreement.sha256:
        raise WrongState(
            _("The agreement text does not match the one on your page. Reload the page and read it again.")
        )


def check_can_sign(by: Person, agreement: Agreement) -> str:
    """The applicant or a project member, once, if the agreement is not terminated; returns the capacity."""
    check_not_break_glass(by)
    capacity = queries.capacity_of(by, agreement)
    if not by.is_active or not capacity:
        raise Denied(_("Only the applicant and the project members can sign this agreement."))
    if agreement.state == AgreementState.TERMINATED:
        raise WrongState(_("This agreement is terminated."))
    check_not_over(agreement)
    if queries_conditions.hold_signing(agreement).exists():
        raise WrongState(
            _(
                "A condition of the decision must be met before the agreement is signed. The request page shows "
                "which one, and who acts next."
            )
        )
    if Signature.objects.filter(agreement=agreement, signer_id=by.pk).exists():
        raise WrongState(_("You have already signed this agreement."))
    return capacity


def check_not_over(agreement: Agreement) -> None:
    """The last day of the agreed period (UTC) is not over: a signature after it would give access to nobody."""
    if agreement.ends_on < clock.today():
        raise WrongState(
            _(
                "This agreement can no longer be signed, because its period ended on %(day)s. The applicant can "
                "submit a new request with a later end date."
            )
            % {"day": date_format(agreement.ends_on, "j F Y")}
        )


def check_named_institution(agreement: Agreement, capacity: str, affiliation: Affiliation) -> None:
    """The applicant is still affiliated with the institution that the text names."""
    named = agreement.institution
    if capacity == Signature.Capacity.APPLICANT and named is not None and named.pk != affiliation.institution_id:
        raise WrongState(
            _(
                "This agreement states that you are affiliated with %(named)s, but you are now "
                "affiliated with %(now)s. Submit a new request."
            )
            % {"named": named, "now": affiliation.institution}
        )


def check_can_countersign(by: Person, agreement: Agreement) -> None:
    """An owner of the dataset who is not part of the request, a student of its class or named in the text, after the
    applicant has signed.
    """
    check_not_break_glass(by)
    if not by.is_active or not is_owner(by, agreement.item.dataset):
        raise Denied(_("Only a dataset owner can countersign this agreement."))
    in_request = concerned_by(agreement.item.request).filter(pk__in=accounts_of(by).values("pk"))
    if in_request.exists() or any(queries.is_named_in(account, agreement) for account in accounts_of(by)):
        raise Denied(_("You cannot countersign an agreement you are part of."))
    check_not_over(agreement)
    agreement.check_can("countersign")


def check_can_terminate(by: Person, agreement: Agreement, reason: str) -> None:
    """An owner of the dataset, or the applicant before it is fully signed; with a reason."""
    declines = agreement.item.request.applicant_id == by.pk and agreement.state in AgreementState.awaiting_signatures()
    if not by.is_active or not (declines or is_owner(by, agreement.item.dataset)):
        raise Denied(_("Only a dataset owner can terminate this agreement."))
    if is_blank(reason):
        raise Invalid(_("Enter a reason. The other party can read it."), field="reason")
