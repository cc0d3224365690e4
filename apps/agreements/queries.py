"""Sets of agreements, and who still has to sign."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, Func, OuterRef, Q, QuerySet, When

from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest, Student
from apps.access_requests.queries_cohorts import confirmed_students, studied_by
from apps.access_requests.questions import CLASS
from apps.agreements.models import Agreement, Signature, SignedPdf, Template
from apps.agreements.states import AgreementState
from apps.committees.models import Committee
from apps.committees.queries import committees_of
from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.datasets.models import Dataset
from apps.people.models import Person
from apps.people.queries import institutions_signed_for


def template_for(committee: Committee) -> Template | None:
    """The committee's newest template, or else the newest template for all committees; None if there is neither."""
    return newest_template(committee) or newest_template(None)


def newest_template(committee: Committee | None) -> Template | None:
    """The newest version of the committee's own template, or of the one for all committees (None)."""
    return Template.objects.filter(committee=committee).order_by("-version").first()


def newest_templates() -> QuerySet[Template]:
    """The newest version for all committees, and for each committee that has its own."""
    newer = Template.objects.filter(committee=OuterRef("committee"), version__gt=OuterRef("version"))
    general = Template.objects.filter(committee__isnull=True, version__gt=OuterRef("version"))
    superseded = Exists(newer) | (Q(committee__isnull=True) & Exists(general))
    return Template.objects.filter(~Q(superseded)).select_related("committee").order_by("title", "pk")


def visible_to(person: Viewer) -> QuerySet[Agreement]:
    """The agreements of one's own requests and of a class in which one confirmed a place (also once removed from it),
    of requests that one reads for a committee, for the datasets one manages, and those that bind an institution one
    signs for.
    """
    managed = roles.role_exists(person, Dataset.MANAGERS, Dataset, outer="item__dataset_id")
    read = requests.before_committees_of(person).order_by().values("pk")
    as_member = Q(item__request__in=read, item__committee__in=committees_of(person))
    own = Q(item__request__in=requests.of_person(person).values("pk"))
    places = Student.objects.filter(person_id=roles.person_id(person), confirmed_at__isnull=False)
    own |= Q(item__request__in=places.values("cohort__request_id"), item__decided_in__snapshot__has_key=CLASS)
    bound = Q(pk__in=binding(person).values("pk"))
    return Agreement.objects.filter(own | as_member | Q(managed) | bound)


def binding(person: Viewer) -> QuerySet[Agreement]:
    """The agreements whose text names, as the applicant's, an institution that this person signs for."""
    return Agreement.objects.filter(institution__in=institutions_signed_for(person).order_by().values("pk"))


def binding_any(institutions: Collection[UUID]) -> QuerySet[Agreement]:
    """The agreements whose text names one of these institutions as the applicant's.

    For lists: with ids instead of a query for them the database walks the index that is sorted as the list.
    """
    return Agreement.objects.filter(institution__in=institutions)


def of_person(person: Viewer) -> QuerySet[Agreement]:
    """The agreements this person is party to as applicant, as project member, or as student of a class.

    Only members in the snapshot that the committee decided on are included: members added later were not approved. Of a
    class the committee decided on the places; a student is party to it while they have a confirmed place.
    """
    person_id = roles.person_id(person)
    # Unions, so that the database walks an index for each part.
    own = requests.of_person(person).order_by().values("pk").union(studied_by(person).order_by())
    theirs = Agreement.objects.filter(item__request__in=own)
    member = Q(item__decided_in__snapshot__members__contains=[str(person_id)])
    return theirs.filter(Q(item__request__applicant_id=person_id) | member | _of_student(person))


def _of_student(person: Viewer) -> Q:
    """A condition on agreements: the person has a confirmed place in the class that the committee approved."""
    places = confirmed_students().filter(
        person_id=roles.person_id(person), cohort__request=OuterRef("item__request_id")
    )
    return Q(Exists(places), item__decided_in__snapshot__has_key=CLASS)


def signatures_of(agreement: Agreement, *, reader: Viewer | None = None) -> QuerySet[Signature]:
    """The signatures of the applicant, the project members and the owner, oldest first: what the signed PDF contains.

    Students of a class sign for themselves and do not read each other's names: a student, as `reader`, gets their own
    signature, those of the applicant and the owner, and no other.
    """
    found = Signature.objects.filter(agreement=agreement).order_by("signed_at", "pk")
    students = Student.objects.filter(cohort__request=agreement.item.request_id, person_id=OuterRef("signer_id"))
    others = ~Exists(students.filter(confirmed_at__isnull=False))
    if reader is not None and is_student_of(reader, agreement):
        mine = Q(signer_id=roles.person_id(reader))
        return found.filter(mine | (Q(others) & ~Q(capacity=Signature.Capacity.MEMBER)))
    return found.filter(others)


def is_student_of(person: Viewer, agreement: Agreement) -> bool:
    """Whether the person reads this agreement as a student of its class, also once they were removed from it."""
    places = Student.objects.filter(person_id=roles.person_id(person), confirmed_at__isnull=False)
    return places.filter(cohort__request=agreement.item.request_id).exists()


def students_who_signed(agreement: Agreement) -> int:
    """How many students of the class have signed."""
    students = Student.objects.filter(cohort__request=agreement.item.request_id, confirmed_at__isnull=False)
    return Signature.objects.filter(agreement=agreement, signer__in=students.values("person_id")).count()


def concerning(person: Viewer) -> QuerySet[Agreement]:
    """The agreements this person is party to, and those for the datasets they own, which they countersign."""
    owned = Agreement.objects.filter(_of_datasets_owned_by(person)).order_by().values("pk")
    # A union, so that the database walks two indexes; with OR it would read every agreement of the portal.
    return Agreement.objects.filter(pk__in=of_person(person).order_by().values("pk").union(owned))


def to_sign(person: Viewer) -> QuerySet[Agreement]:
    """The agreements this person has yet to sign as applicant or project member."""
    mine = Signature.objects.filter(agreement=OuterRef("pk"), signer_id=roles.person_id(person))
    return open_to_sign(of_person(person)).exclude(Exists(mine)).select_related("item__dataset", "item__request")


def to_countersign(person: Viewer) -> QuerySet[Agreement]:
    """The agreements this person has yet to countersign as dataset owner."""
    waiting = Agreement.objects.filter(_of_datasets_owned_by(person), state=AgreementState.SIGNED)
    return open_to_sign(waiting).select_related("item__dataset", "item__request__applicant__institution")


def _of_datasets_owned_by(person: Viewer) -> Func:
    """A condition on agreements: for a dataset that this person owns."""
    return roles.object_among(person, [Dataset.OWNER], Dataset, outer="item__dataset_id")


def open_to_sign(agreements: QuerySet[Agreement]) -> QuerySet[Agreement]:
    """Those of the agreements that somebody may still sign: not ended, and the last day (UTC) is not over."""
    ended = [AgreementState.TERMINATED, AgreementState.EXPIRED]
    return agreements.exclude(state__in=ended).filter(ends_on__gte=clock.sql_today())


def with_expiry(agreements: QuerySet[Agreement]) -> QuerySet[Agreement]:
    """The agreements with `over` (whether their last day is over), so that a list asks for the date once."""
    over = Case(When(ends_on__lt=clock.sql_today(), then=True), default=False, output_field=BooleanField())
    return agreements.annotate(over=over)


def overdue() -> QuerySet[Agreement]:
    """The agreements that were not fully signed on their last day (UTC), and about which nobody is notified yet."""
    waiting = Agreement.objects.filter(state__in=AgreementState.awaiting_signatures(), ends_on__lt=clock.sql_today())
    return waiting.order_by("ends_on", "pk")


def of_request(request: AccessRequest) -> QuerySet[Agreement]:
    """The agreements of this request, oldest first."""
    return Agreement.objects.filter(item__request=request).order_by("offered_at", "pk")


def missing_signers(agreement: Agreement) -> QuerySet[Person]:
    """The applicant and the members the committee decided on who have not signed yet."""
    signed = Signature.objects.filter(agreement=agreement).values("signer_id")
    item = agreement.item
    decided_on = [item.request.applicant_id, *(item.decided_in.snapshot["members"] if item.decided_in else [])]
    return requests.people_of(item.request).filter(pk__in=decided_on).exclude(pk__in=signed)


def pdf_of(agreement: Agreement, copy: str = "") -> SignedPdf | None:
    """The newest signed PDF of the agreement, or the one whose number is `copy`; None if there is none."""
    if not copy:
        return agreement.pdfs.first()
    return agreement.pdfs.filter(number=copy).first() if copy.isascii() and copy.isdecimal() and len(copy) < 6 else None


def is_named_in(person: Person, agreement: Agreement) -> bool:
    """Whether the text names this person as a member, even if they were removed from the request later."""
    decided_in = agreement.item.decided_in
    return decided_in is not None and str(person.pk) in decided_in.snapshot["members"]


def capacity_of(person: Person, agreement: Agreement) -> str:
    """APPLICANT or MEMBER, the capacity in which the person would sign; empty if they are neither."""
    if agreement.item.request.applicant_id == person.pk:
        return Signature.Capacity.APPLICANT
    return Signature.Capacity.MEMBER if of_person(person).filter(pk=agreement.pk).exists() else ""
