"""A class: approved, signed by its supervisor and the owner, and each student at another step."""

from datetime import timedelta
from typing import Any

from apps.access_requests import commands as requests
from apps.access_requests.models import Cohort, Student
from apps.access_requests.roster import Entry
from apps.agreements import commands as agreements
from apps.agreements.models import Agreement
from apps.core import clock
from apps.grants.commands_cohorts import remove_student
from deploy.demo.seed.requests import PROJECTS, declare, executed, signed_in, vote, written
from deploy.demo.seed.world import World
from portal import consequences

SUPERVISOR = "applicant3"
ACCESS, INVITED, TO_SIGN, DECLINED = "student", "student2", "student3", "member2"
# Students who have never signed in: the one has not answered, the other was entered twice.
UNKNOWN = Entry("Maja Öberg", "maja.oberg@lindholm.example", "")
REMOVED = Entry("Maja Oberg", "maja.oberg@student.lindholm.example", "")
PLACES = 8


def play(world: World) -> None:
    cohort = _approved(world)
    agreement = Agreement.objects.get(item__request=cohort.request)
    executed(world, agreement, SUPERVISOR)
    for key in (ACCESS, TO_SIGN):
        requests.confirm_place(_place(world, cohort, key), by=world.people[key])
    student = world.people[ACCESS]
    facts: dict[str, Any] = {"typed_name": student.name, "seen_sha256": agreement.sha256, "signed_in": signed_in()}
    agreements.sign(agreement, **facts, by=student)
    requests.decline_place(_place(world, cohort, DECLINED), by=world.people[DECLINED])
    twice = Student.objects.get(cohort=cohort, email=REMOVED.email)
    remove_student(twice, reason="Entered twice, with two e-mail addresses.", by=world.people[SUPERVISOR])
    consequences.drain()


def _approved(world: World) -> Cohort:
    """The request for the class as the committee approved it; its students are invited."""
    by, project = world.people[SUPERVISOR], PROJECTS["course"]
    request = written(world, SUPERVISOR, ["lung"], project)
    today = clock.today()
    cohort = requests.describe_class(
        request, course="Survival analysis", first_day=today, last_day=today + timedelta(days=project.days - 1),
        places=PLACES, supervision="Exercises are in the computer room. A teacher is present and answers questions.",
        by=by,
    )  # fmt: skip
    people = [world.people[key] for key in (ACCESS, INVITED, TO_SIGN, DECLINED)]
    students = [*(Entry(one.name, one.email, "") for one in people), UNKNOWN, REMOVED]
    requests.keep_roster(cohort, entries=students, replace=False, by=by)
    seen = requests.submit(request, by=by)
    declare(request)
    requests.accept_for_review(request, by=world.people["chair2"])
    for who in ("chair2", "member3"):
        vote(world, seen, who, "approve", "Real data make the course better, and the exercises are supervised.")
    consequences.drain()
    return cohort


def _place(world: World, cohort: Cohort, key: str) -> Student:
    """Somebody's line of the roster, as it is now."""
    return Student.objects.get(cohort=cohort, email=world.people[key].email)
