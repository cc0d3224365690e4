"""The pages of a class: its supervisor, its students and the committee; and what each of them never sees."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.access_requests.models import Cohort, Student
from apps.core import clock
from apps.grants.queries import may_download
from apps.notifications.models import Notification
from tests import stories
from tests.unit.access_requests.test_cohorts import approved, class_case, classmates, entry, place

pytestmark = pytest.mark.django_db
DETAILS = {"course": "Survival analysis", "places": "3", "supervision": "In the computer room."}


def post_roster(client: Client, case: stories.Case, rows: str = "", *, act: str = "check", **more: object) -> object:
    sent = {"rows": rows, "mode": "add", "act": act} | more
    return client.post(reverse("class_roster", args=[case.request.pk]), sent)


def test_a_supervisor_describes_a_class_and_enters_students() -> None:
    case = stories.draft()
    client = stories.client_for(case.applicant)
    assert client.get(reverse("request_class", args=[case.request.pk])).status_code == 302
    address = reverse("class_details", args=[case.request.pk])
    assert client.get(address).status_code == 200
    today = clock.today().isoformat()
    wrong = client.post(address, DETAILS | {"first_day": today, "last_day": "soon", "course": ""})
    assert wrong.status_code == 422 and set(wrong.context["form"].errors) == {"last_day", "course"}
    assert client.post(address, DETAILS | {"first_day": today, "last_day": today}).status_code == 302
    assert client.get(reverse("class_roster", args=[case.request.pk])).status_code == 200
    faulty = post_roster(client, case, "Anna,anna@uni.example\nBo,bo-at-uni")
    assert faulty.status_code == 422 and [one["fault"].line for one in faulty.context["faults"]] == [2]
    assert "bo-at-uni" in faulty.content.decode() and not Student.objects.exists()
    shown = post_roster(client, case, "Anna,anna@uni.example")
    assert shown.status_code == 200 and len(shown.context["change"].added) == 1 and not Student.objects.exists()
    file = SimpleUploadedFile("class.csv", "name;e-mail\nSøren;s@uni.example\n=1+1;f@uni.example".encode("utf-8-sig"))
    from_file = post_roster(client, case, file=file)
    assert from_file.context["form"]["rows"].value().startswith("name;e-mail")
    latin = SimpleUploadedFile("class.csv", "Søren;s@uni.example".encode("latin-1"))
    assert set(post_roster(client, case, file=latin).context["form"].errors) == {"file"}
    both = SimpleUploadedFile("class.csv", b"Bo,b@uni.example")
    assert set(post_roster(client, case, "Anna,anna@uni.example", file=both).context["form"].errors) == {"file"}
    assert set(post_roster(client, case, " ").context["form"].errors) == {"rows"}
    many = "\n".join(f"S{n},s{n}@uni.example" for n in range(4))
    assert set(post_roster(client, case, many).context["form"].errors) == {"rows"}
    saved = post_roster(client, case, from_file.context["form"]["rows"].value(), act="save")
    assert saved.status_code == 302 and Student.objects.count() == 2
    page = client.get(reverse("request_class", args=[case.request.pk]))
    assert page.status_code == 200 and page.context["taken"] == 2
    exported = b"".join(client.get(reverse("request_class", args=[case.request.pk]), {"export": "csv"})).decode()
    assert "'=1+1" in exported and '"=1+1' not in exported
    assert client.post(reverse("class_drop", args=[case.request.pk])).status_code == 302
    assert not Cohort.objects.exists()


def test_nobody_but_the_supervisor_sees_the_students() -> None:
    colleague = stories.person()
    one = classmates(1)[0]
    case, _cohort, _agreement = approved(one)
    case.request.memberships.create(person=colleague)
    names = ("request_class", "class_details", "class_roster")
    for who, status in ((colleague, 403), (one, 404), (case.published_dataset.owner, 403)):
        client = stories.client_for(who)
        assert {client.get(reverse(name, args=[case.request.pk])).status_code for name in names} == {status}
        assert client.post(reverse("class_remind", args=[case.request.pk])).status_code == status
    assert stories.client_for(case.applicant).get(reverse("request_class", args=[case.request.pk])).status_code == 200


def test_a_student_confirms_signs_and_is_removed() -> None:
    one, two = classmates(2)
    case, cohort, agreement = approved(one, two)
    assert {one, two} == {note.reader for note in Notification.objects.filter(kind="request.students_invited")}
    client, address = stories.client_for(one), reverse("class_place", args=[cohort.pk])
    assert [task.place.href for task in client.get("/").context["tasks"]] == [address]
    page = client.get(address)
    assert page.status_code == 200 and two.name not in page.content.decode()
    assert client.get(reverse("my_classes")).context["rows"][0]["waits"]
    assert stories.client_for(stories.person()).get(address).status_code == 404
    assert client.post(address, {"act": "decline"}).status_code == 302
    assert client.post(address, {"act": "confirm"}).status_code == 302
    assert [task.place.href for task in client.get("/").context["tasks"]] == [address]
    signing = {"typed_name": one.name, "seen": agreement.sha256}
    assert client.get(reverse("agreements")).context["rows"][0].yours
    assert client.post(reverse("agreement_sign", args=[agreement.pk]), signing).status_code == 302
    stories.drain()
    assert not client.get("/").context["tasks"] and client.get(address).context["to_sign"] == []
    supervisor = stories.client_for(case.applicant)
    page = supervisor.get(reverse("request_class", args=[case.request.pk]), {"progress": "access"})
    assert [row["student"].email for row in page.context["rows"]] == [one.email]
    assert one.name not in supervisor.get(reverse("request_page", args=[case.request.pk])).content.decode()
    assert supervisor.post(reverse("class_remind", args=[case.request.pk])).status_code == 302
    assert supervisor.post(reverse("class_remind", args=[case.request.pk])).status_code == 409
    remove = reverse("student_remove", args=[case.request.pk, place(cohort, one).pk])
    assert supervisor.get(remove).status_code == 200
    assert supervisor.post(remove, {"reason": "short"}).status_code == 422
    assert supervisor.post(remove, {"reason": "Has left the course."}).status_code == 302
    assert not may_download(one, case.published_dataset.file.pk)
    assert client.get(address).status_code == 404
    assert client.get(reverse("agreement_page", args=[agreement.pk])).status_code == 200  # what they signed


def test_a_member_reads_the_students_after_the_question_about_conflicts() -> None:
    one, two = classmates(2)
    case, _cohort = class_case(entry(one), entry(two))
    case = stories.submitted(case, declared=False)
    chair = case.committee_setup.chair
    client, address = stories.client_for(chair), reverse("case_class", args=[case.request.pk])
    assert client.get(address)["Location"] == reverse("case", args=[case.request.pk])
    stories.declare(case.request, chair)
    page = client.get(address)
    assert {row["student"].name for row in page.context["rows"]} == {one.name, two.name}
    case_page = client.get(reverse("case", args=[case.request.pk]))
    assert case_page.context["taught"].places == 3 and one.name not in case_page.content.decode()


def test_the_page_of_500_students_costs_no_more_statements_than_that_of_one(
    django_assert_max_num_queries: object,
) -> None:
    one = classmates(1)[0]
    case, cohort, _agreement = approved(one)
    Cohort.objects.update(places=500)
    client, address = stories.client_for(case.applicant), reverse("request_class", args=[case.request.pk])
    client.get(address)
    Student.objects.bulk_create(
        Student(cohort=cohort, name=f"Student {n}", email=f"s{n}@uni.example", invited_at=clock.now())
        for n in range(499)
    )
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        page = client.get(address)
    assert len(page.context["rows"]) == 50 and page.context["list"].total == 500


def test_the_api_tells_numbers_to_the_supervisor_and_no_names() -> None:
    one = classmates(1)[0]
    case, _cohort = class_case(entry(one))
    client = Client(headers={"Authorization": f"Bearer {stories.token(case.applicant, 'read')}"})
    answer = client.get(f"/api/v1/requests/{case.request.pk}")
    said = answer.json()["cohort"]
    assert (said["places"], said["students"]["listed"]) == (3, 1)
    assert one.name not in answer.content.decode()
