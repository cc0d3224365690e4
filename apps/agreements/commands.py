"""Commands on agreements: publish a template, offer, sign, countersign, store as PDF, terminate."""

import hashlib
from io import BytesIO
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.access_requests import commands as requests
from apps.access_requests.cohort_facts import class_in
from apps.access_requests.effect import is_pending
from apps.access_requests.models import Item
from apps.access_requests.states import ACCEPTED, ItemState
from apps.agreements import queries, rules, wording
from apps.agreements.models import Agreement, Signature, SignedPdf, Template
from apps.agreements.rules_students import check_class_institution
from apps.agreements.states import AgreementState
from apps.audit.record import Kind, record
from apps.committees.models import Committee
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.core.editing import check_unchanged
from apps.core.errors import Unavailable
from apps.core.identifiers import new_reference, new_storage_key
from apps.core.storage import private_storage
from apps.core.text import given, typed
from apps.datasets.conditions import in_words
from apps.datasets.queries import owners_of, uses_of
from apps.people.commands.affiliations import snapshot_actor
from apps.people.models import Person
from apps.people.rules import check_affiliated, check_named, check_person
from apps.people.sign_in import SignIn


@transaction.atomic
def publish_template(
    title: str, *, clauses: list[dict[str, str]], committee: Committee | None, seen: str = "", by: Actor
) -> Template:
    """A new version of the wording; agreements already offered keep theirs.

    `seen` is the fingerprint of `{"version": n}` that the editor opened, or empty to skip that check.
    """
    rules.check_can_publish_template(by, committee)
    rules.check_template(title, clauses)
    title = typed(title, field="title")
    clauses = [{part: typed(text, field=part) for part, text in clause.items()} for clause in clauses]
    newest = queries.newest_template(committee)
    check_unchanged({"version": newest.version if newest else 0}, seen)
    template = Template.objects.create(
        committee=committee,
        version=newest.version + 1 if newest else 1,
        title=title,
        clauses=clauses,
        sha256=wording.template_digest(title, clauses),
    )
    record(Kind.TEMPLATE_PUBLISHED, actor=by, subject=template, version=template.version, sha256=template.sha256)
    return template


@transaction.atomic
def offer(item_id: UUID, *, by: Actor) -> Agreement | None:
    """Create the agreement of an approved item and offer it for signature.

    Returns the existing agreement if there is one, and None for an item that is not approved, or whose decision can
    still be undone.
    """
    check_named(by, SYSTEM)
    item = Item.objects.select_for_update().get(pk=item_id)
    if item.state not in ACCEPTED or is_pending(item, clock.now()):
        return None
    existing = Agreement.objects.filter(item=item).first()
    if existing is not None:
        return existing
    template = queries.template_for(item.committee)
    if template is None:
        raise Unavailable(_("No agreement template is published yet."))
    agreement = _create(item, template)
    record(
        Kind.AGREEMENT_OFFERED, actor=by, subject=agreement,
        about=[item.request_id, item.dataset_id], sha256=agreement.sha256,
    )  # fmt: skip
    return agreement


def _create(item: Item, template: Template) -> Agreement:
    reference = new_reference("DUA")
    values = _values(item, reference)
    text = wording.full_text(template.title, wording.filled(template.clauses, values))
    assert item.decided_in is not None
    snapshot = item.decided_in.snapshot
    return Agreement.objects.create(
        item=item, template=template, reference=reference, text=text, sha256=wording.digest(text),
        institution=item.request.applicant.institution,
        starts_on=snapshot["starts_on"], ends_on=snapshot["ends_on"],
    )  # fmt: skip


def _values(item: Item, reference: str) -> dict[str, str]:
    """The values of the placeholders, from the snapshot that was decided on, without later edits."""
    assert item.decided_in is not None
    snapshot, request = item.decided_in.snapshot, item.request
    members = Person.objects.filter(pk__in=snapshot["members"]).order_by("name")
    with override("en"):
        no_conditions = "no further conditions"
        return {
            "reference": reference,
            "applicant": _one_line(request.applicant.name),
            "institution": _one_line(str(request.applicant.institution or "their institution")),
            "members": wording.members([_one_line(p.name) for p in members], class_in(snapshot)),
            "dataset": _one_line(item.dataset.title),
            "dataset_owner": ", ".join(_one_line(p.name) for p in owners_of(item.dataset)),
            "committee": _one_line(item.committee.name),
            "purpose": _one_line(snapshot["purpose"]),
            "starts_on": snapshot["starts_on"],
            "ends_on": snapshot["ends_on"],
            "conditions": _one_line(item.terms) or no_conditions,
            "use_conditions": _one_line(in_words(uses_of(item.dataset))) or "none",
        }


def _one_line(text: str) -> str:
    """User text as one paragraph of visible text, so that it cannot look like a clause of the agreement."""
    return " ".join(given(text).split())


@transaction.atomic
def sign(agreement: Agreement, *, typed_name: str, seen_sha256: str, signed_in: SignIn, by: Actor) -> Signature:
    """Sign as the applicant or as a project member; `seen_sha256` is the hash of the text shown to the signer."""
    by = check_person(by)
    agreement = _lock(agreement)
    capacity = rules.check_can_sign(by, agreement)
    signature = _sign(agreement, capacity, typed_name, seen_sha256, signed_in, by)
    if capacity == Signature.Capacity.APPLICANT:
        agreement.move("sign")
    return signature


@transaction.atomic
def countersign(agreement: Agreement, *, typed_name: str, seen_sha256: str, signed_in: SignIn, by: Actor) -> Signature:
    """Sign as an owner of the dataset. The agreement is then fully signed, and grants are issued for it."""
    by = check_person(by)
    agreement = _lock(agreement)
    rules.check_can_countersign(by, agreement)
    signature = _sign(agreement, Signature.Capacity.OWNER, typed_name, seen_sha256, signed_in, by)
    agreement.move("countersign", executed_at=clock.now())
    about = [agreement.item.request_id, agreement.item.dataset_id]
    record(Kind.AGREEMENT_EXECUTED, actor=by, subject=agreement, about=about, sha256=agreement.sha256)
    return signature


def _sign(
    agreement: Agreement, capacity: str, typed_name: str, seen_sha256: str, signed_in: SignIn, by: Person
) -> Signature:
    rules.check_signed_in_freshly(signed_in)
    rules.check_seen(agreement, seen_sha256)
    rules.check_typed_name(by, typed_name)
    affiliation = check_affiliated(by)
    rules.check_named_institution(agreement, capacity, affiliation)
    check_class_institution(by, agreement, affiliation)
    actor_snapshot = snapshot_actor(by, sign_in=signed_in, affiliation=affiliation, by=by)
    signature = Signature.objects.create(
        agreement=agreement, signer=by, capacity=capacity, typed_name=_one_line(typed_name),
        text_sha256=agreement.sha256, issuer=signed_in.issuer, acr=signed_in.acr, auth_time=signed_in.auth_time,
        actor_snapshot=actor_snapshot,
    )  # fmt: skip
    about = [agreement.item.request_id, agreement.item.dataset_id]
    record(Kind.AGREEMENT_SIGNED, actor=by, subject=agreement, about=about, capacity=capacity, sha256=agreement.sha256)
    return signature


@transaction.atomic
def expire(agreement: Agreement, *, by: Actor) -> None:
    """Record that the agreement was not fully signed in time, so that both sides are notified.

    Nothing depends on it: nobody can sign after the last day, whether or not this has run. Running twice does nothing.
    """
    check_named(by, SYSTEM)
    agreement = _lock(agreement)
    if not (agreement.is_expired and agreement.can("expire")):
        return
    agreement.move("expire", ended_at=clock.now())
    about = [agreement.item.request_id, agreement.item.dataset_id]
    record(Kind.AGREEMENT_EXPIRED, actor=by, subject=agreement, about=about, until=agreement.ends_on)


@transaction.atomic
def store_pdf(agreement_id: UUID, *, by: Actor) -> None:
    """Store the fully signed agreement as a PDF in private storage, if there is none with all its signatures yet.

    The first one is stored when the agreement is fully signed, a further one when a member signs later.
    """
    check_named(by, SYSTEM)
    agreement = Agreement.objects.select_for_update().get(pk=agreement_id)
    if agreement.executed_at is None:
        return
    rows = list(queries.signatures_of(agreement).select_related("actor_snapshot"))
    newest = agreement.pdfs.first()
    if newest is not None and newest.signatures >= len(rows):
        return
    content = _pdf_of(agreement, rows)
    sha256 = hashlib.sha256(content).hexdigest()
    stored = SignedPdf.objects.create(
        agreement=agreement,
        number=newest.number + 1 if newest else 1,
        signatures=len(rows),
        storage_key=private_storage().save(new_storage_key(), File(BytesIO(content))),
        sha256=sha256,
    )
    about = [agreement.item.request_id]
    record(Kind.AGREEMENT_PDF_STORED, actor=by, subject=agreement, about=about, sha256=sha256, number=stored.number)


@transaction.atomic
def open_pdf(pdf: SignedPdf, *, by: Actor) -> None:
    """Record that somebody downloads this PDF; the caller sends the bytes afterwards."""
    by = check_person(by)
    agreement = pdf.agreement
    about = [agreement.item.request_id, agreement.item.dataset_id]
    record(Kind.AGREEMENT_PDF_DOWNLOADED, actor=by, subject=agreement, about=about, sha256=pdf.sha256)


def _pdf_of(agreement: Agreement, rows: list[Signature]) -> bytes:
    """The agreement with these signatures, as PDF bytes."""
    signatures = [
        {
            "name": row.typed_name,
            "capacity": str(row.capacity),
            "signed_at": formats.date_format(row.signed_at, "Y-m-d H:i:s"),
            "issuer": row.issuer,
            "auth_time": formats.date_format(row.auth_time, "Y-m-d H:i:s"),
            "sha256": row.text_sha256,
            "actor_snapshot": wording.snapshot_line(row.actor_snapshot),
        }
        for row in rows
    ]
    return wording.pdf(
        reference=agreement.reference, text=agreement.text, sha256=agreement.sha256, signatures=signatures
    )


@transaction.atomic
def terminate(agreement: Agreement, *, reason: str, by: Actor) -> None:
    """Terminate the agreement. Its grants give no access from the next request on."""
    by = check_person(by)
    agreement = _lock(agreement)
    rules.check_can_terminate(by, agreement, reason)
    agreement.move("terminate", ended_at=clock.now(), ended_because=reason.strip())
    about = [agreement.item.request_id, agreement.item.dataset_id]
    record(Kind.AGREEMENT_TERMINATED, actor=by, subject=agreement, about=about)


@transaction.atomic
def end_for_closed_account(agreement: Agreement, *, by: Actor) -> None:
    """The applicant's account is closed and they have not signed: the agreement is terminated."""
    check_named(by, SYSTEM)
    agreement = _lock(agreement)
    if agreement.state != AgreementState.OFFERED or agreement.item.request.applicant.is_active:
        return
    agreement.move("terminate", ended_at=clock.now(), ended_because=_("The account of the applicant was closed."))
    about = [agreement.item.request_id, agreement.item.dataset_id]
    record(Kind.AGREEMENT_TERMINATED, actor=by, subject=agreement, about=about)


@transaction.atomic
def close_request_if_over(agreement: Agreement, *, by: Actor) -> None:
    """The request is closed once all its agreements have ended and nothing in it is undecided."""
    check_named(by, SYSTEM)
    request = agreement.item.request
    approved = request.items.filter(state__in=ACCEPTED)
    others = approved.exclude(agreement__state__in=AgreementState.ended())
    undecided = request.items.filter(state=ItemState.OPEN)
    if not others.exists() and not undecided.exists():
        requests.close_over(request, by=by)


def _lock(agreement: Agreement) -> Agreement:
    locked = Agreement.objects.select_for_update(of=("self",)).select_related("item__request", "item__dataset")
    return locked.get(pk=agreement.pk)
