"""One agreement: the text, who has signed, what happens next, and the signing itself."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.access_requests import queries as requests
from apps.access_requests.cohort_facts import class_in
from apps.agreements import commands, queries, rules, wording
from apps.agreements.models import Agreement, Signature
from apps.agreements.states import AgreementState
from apps.core.actors import Viewer
from apps.core.errors import NeedsSignIn, NotFound, WrongState
from apps.core.storage import PrivateBucketStorage, private_storage
from apps.grants.access_state import AccessState, Do, state_of_request
from apps.grants.queries import visible_to as grants_visible_to
from apps.identity.oidc.views import signed_in as sign_in_facts
from apps.people.models import Person
from apps.people.rules import check_affiliated
from apps.web.agreements.forms import SignForm
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import sign_in_address, signed_in
from apps.web.common.decorators import writes
from apps.web.common.forms import FormRefusals, refusal_of
from apps.web.common.idempotency import idempotent_form
from apps.web.common.reason_form import ReasonForm
from apps.web.common.state_presenters import shown
from apps.web.sign_in.step_up import deed_shown, freshly_signed_in

ENDED = {AgreementState.TERMINATED, AgreementState.EXPIRED}


@require_safe
@signed_in
def agreement_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    return _page(request, _find(request.actor, pk))


@require_POST
@signed_in
@idempotent_form
def agreement_sign(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The applicant or a named member signs for themselves."""
    return _signing(request, pk, commands.sign, _what_follows)


@require_POST
@signed_in
@idempotent_form
def agreement_countersign(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The dataset's owner signs last."""
    done = _("Countersigned. Access is being granted to everyone who has signed.")
    return _signing(request, pk, commands.countersign, lambda _signature: done)


def _what_follows(signature: Signature) -> str:
    """For the applicant or a project member who has just signed: when they get access."""
    agreement = signature.agreement
    agreement.refresh_from_db(fields=["state"])
    if agreement.state == AgreementState.EXECUTED:
        return _("Signed. Your access is being granted.")
    if agreement.state == AgreementState.SIGNED:
        return _("Signed. You get access when the dataset owner countersigns.")
    return _("Signed. You get access when the applicant signs and the dataset owner countersigns.")


def _signing(
    request: AuthenticatedRequest, pk: UUID, command: Callable[..., Signature], done: Callable[[Signature], str]
) -> HttpResponse:
    """One signature; a sign-in that is too old, or a name that differs, keeps what was typed."""
    agreement = _find(request.actor, pk)
    form = SignForm(request.POST)
    refusals = FormRefusals(form, NeedsSignIn)
    if form.is_valid():
        with refusals:
            facts = {"typed_name": form.cleaned_data["typed_name"], "seen_sha256": form.cleaned_data["seen"]}
            signature = command(agreement, **facts, signed_in=sign_in_facts(request), by=request.actor)
            messages.success(request, done(signature))
            return HttpResponseRedirect(reverse("agreement_page", args=[pk]))
    return _page(request, agreement, sign_form=form, status=refusals.status)


def _termination_shown(request: AuthenticatedRequest, pk: UUID) -> list[tuple[str, str]]:
    agreement = _find(request.actor, pk)
    about = (_("Agreement"), agreement.reference), (_("Dataset"), agreement.item.dataset)
    return deed_shown(request, _("Terminate agreement"), *about, (_("Applicant"), agreement.item.request.applicant))


@require_POST
@signed_in
@freshly_signed_in(shows=_termination_shown)
@idempotent_form
def agreement_terminate(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The dataset's owner ends the agreement, and with it every access that stands on it."""
    agreement = _find(request.actor, pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with FormRefusals(form):
            commands.terminate(agreement, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _("The agreement was terminated. Access based on it has ended."))
            return HttpResponseRedirect(reverse("agreement_page", args=[pk]))
    return _page(request, agreement, end_form=form, status=422)


@writes
@require_safe
@signed_in
def agreement_pdf(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """A signed PDF as it was stored: the newest, or the one with the number `copy`. The event is written first."""
    agreement = _find(request.actor, pk)
    pdf = queries.pdf_of(agreement, request.GET.get("copy", ""))
    if pdf is None:
        raise NotFound(_("The PDF is available after everyone has signed. Until then, print the page."))
    if request.method == "GET":
        commands.open_pdf(pdf, by=request.actor)
    name = f"{agreement.reference}.pdf"
    answer = HttpResponse(content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    storage = private_storage()
    if isinstance(storage, PrivateBucketStorage):
        with storage.open(pdf.storage_key, "rb") as kept:
            answer.content = kept.read()
    else:
        answer["X-Accel-Redirect"] = storage.accel_path(pdf.storage_key)
        answer["X-Accel-Range"] = ""  # the whole of it; without this header the front server has no range to read
    return answer


def _find(person: Viewer, pk: UUID) -> Agreement:
    fetched = queries.visible_to(person).select_related(
        "template", "item__dataset", "item__committee", "item__decided_in", "item__request__applicant__institution"
    )
    found = fetched.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("This agreement does not exist, or you are not allowed to see it."))
    return found


def _page(
    request: AuthenticatedRequest,
    agreement: Agreement,
    *,
    sign_form: SignForm | None = None,
    end_form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    person = request.actor
    request_seen = requests.visible_to(person).filter(pk=agreement.item.request_id).exists()
    signed = queries.signatures_of(agreement, reader=person)
    signatures = list(signed.select_related("signer__institution", "actor_snapshot"))
    title, clauses = wording.parsed(agreement.text)
    may_sign = _sentence(lambda: rules.check_can_sign(person, agreement)) == ""
    may_countersign = _sentence(lambda: rules.check_can_countersign(person, agreement)) == ""
    context: dict[str, Any] = {
        "agreement": agreement,
        "request_seen": request_seen,
        "list_url": _list_url(person, agreement),
        "title": title,
        "clauses": _clauses(agreement, clauses),
        "plain_is_help": get_language() == "da",
        "shown": _state(person, agreement),
        "signatures": signatures,
        **_of_class(person, agreement),
        "pdfs": list(agreement.pdfs.all()),
        "missing": [] if agreement.shown_state in ENDED else queries.missing_signers(agreement),
        "owner_signed": any(one.capacity == Signature.Capacity.OWNER for one in signatures),
        "may_sign": may_sign,
        "may_countersign": may_countersign,
        **(_behind(person) if may_sign or may_countersign else {}),
        "may_end": agreement.can("terminate") and _sentence(
            lambda: rules.check_can_terminate(person, agreement, "asked")) == "",
        "declines": agreement.item.request.applicant_id == person.pk,
        "stale": _sentence(lambda: rules.check_signed_in_freshly(sign_in_facts(request))),
        "again_url": sign_in_address(reverse("agreement_page", args=[agreement.pk]), again=True),
        "sign_form": sign_form or SignForm(initial={"seen": agreement.sha256}),
        "end_form": end_form or ReasonForm(auto_id="end-%s"),
    }  # fmt: skip
    return render(request, "agreements/agreement.html", context, status=status)


def _of_class(person: Person, agreement: Agreement) -> dict[str, Any]:
    """For the agreement of a class: how many students signed; to a student nothing of the others."""
    if class_in(agreement.item.decided_in.snapshot if agreement.item.decided_in else {}) is None:
        return {}
    if queries.is_student_of(person, agreement):
        return {"is_student": True}
    supervises = agreement.item.request.applicant_id == person.pk
    signed = queries.students_who_signed(agreement)
    return {"is_class": True, "students_signed": signed, "supervises": supervises}


def _list_url(person: Person, agreement: Agreement) -> str:
    """The list in which the reader finds this agreement again; empty if no list of theirs has it."""
    if queries.concerning(person).filter(pk=agreement.pk).exists():
        return reverse("agreements")
    bound = queries.binding(person).filter(pk=agreement.pk).exists()
    return reverse("institution_agreements") if bound else ""


def _state(person: Person, agreement: Agreement) -> dict[str, Any] | None:
    """What the reader or the applicant has by this agreement; nothing if the agreement does not concern them.

    The next action is left out where it is done on this page, and where the reader may not open its page.
    """
    state = state_of_request(person, agreement.item.request)
    mine = [one for one in (state, *state.also) if one.agreement is not None and one.agreement.pk == agreement.pk]
    here = mine and mine[0].action is not None and mine[0].action.code in (Do.SIGN, Do.COUNTERSIGN, Do.VIEW_AGREEMENT)
    return shown(mine[0]) | ({} if not here and _opens(person, mine[0]) else {"place": None}) if mine else None


def _opens(person: Person, state: AccessState) -> bool:
    """Whether the reader may see the access that the state is about: an official and a committee may not."""
    return state.grant is None or grants_visible_to(person).filter(pk=state.grant.pk).exists()


def _behind(person: Person) -> dict[str, Any]:
    """Which institution the person would sign for; without any, the sentence that says how to get one."""
    try:
        return {"affiliation": check_affiliated(person)}
    except WrongState as refusal:
        return {"affiliation": None, "alone": refusal.sentence, "account_url": f"{reverse('account')}#affiliations"}


def _sentence(check: Callable[[], Any]) -> str:
    """What a rule says against it; empty if it allows."""
    refusal = refusal_of(check)
    return str(refusal.sentence) if refusal is not None else ""


def _clauses(agreement: Agreement, clauses: list[dict[str, str]]) -> list[dict[str, str]]:
    """The signed clauses with their plain lines, in Danish where the reader reads Danish; the text stays as signed."""
    danish = [one["plain_da"] for one in agreement.template.clauses] if get_language() == "da" else []
    lines = danish if len(danish) == len(clauses) else [one["plain"] for one in clauses]
    return [
        {"number": one["number"], "title": one["heading"], "text": one["text"], "plain": plain}
        for one, plain in zip(clauses, lines, strict=True)
    ]
