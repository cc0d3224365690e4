"""Publishing and managing datasets, as a browser sees them."""

import errno
import re
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from apps.core.storage import private_storage
from apps.datasets import commands as datasets
from apps.datasets.conditions import Use
from apps.datasets.models import Dataset, Distribution, Version
from apps.datasets.queries import uses_of
from apps.grants import commands as grants
from tests import stories

pytestmark = pytest.mark.django_db


def upload(
    client: Client,
    published_dataset: stories.PublishedDataset,
    called: str,
    content: bytes,
    *,
    script: bool = True,
    **fields: Any,
) -> Any:
    """Send one file, as upload.js does or as a plain form does."""
    url = f"/my-datasets/{published_dataset.dataset.slug}/versions/{published_dataset.version.number}/files/"
    headers = {"Accept": "application/problem+json, application/json;q=0.9"} if script else {}
    sent = BytesIO(content)
    sent.name = called  # Django's own SimpleUploadedFile would shorten it
    return client.post(url, {"file": sent, **fields}, headers=headers)


@pytest.fixture
def draft() -> stories.PublishedDataset:
    return stories.drafted_dataset()


@pytest.fixture
def owner(draft: stories.PublishedDataset) -> Client:
    return stories.client_for(draft.owner)


def test_a_dataset_is_begun_described_filled_and_published() -> None:
    committee_setup, someone = stories.committee_setup(), stories.person()
    client = stories.client_for(someone)
    begun = client.post("/my-datasets/new/", {"title": "Brain volumes", "slug": ""})
    assert begun["Location"] == "/my-datasets/brain-volumes/describe/"
    said = {
        "title": "Brain volumes", "summary": "Volumes of 40 people.", "description": "One row a person.",
        "keywords": "brain", "licence": "", "attribution": "", "access": "controlled", "longest_grant_days": "180",
        "committee": str(committee_setup.committee.pk), "permission": "DUO:0000006", "modifiers": ["DUO:0000021"],
    }  # fmt: skip
    assert client.post("/my-datasets/brain-volumes/describe/", said).status_code == 302
    dataset = Dataset.objects.get(slug="brain-volumes")
    assert uses_of(dataset) == [Use("DUO:0000006"), Use("DUO:0000021")]
    assert stories.accepted(dataset).committee == committee_setup.committee
    published_dataset = stories.PublishedDataset(dataset, dataset.versions.get(), someone, committee_setup, {})
    assert "Upload at least one file." in client.get("/my-datasets/brain-volumes/").content.decode()
    assert upload(client, published_dataset, "volumes.csv", b"a,b\n1,2\n").status_code == 201
    waiting = client.get("/my-datasets/brain-volumes/").content.decode()
    assert "being checked" in waiting
    assert 'data-poll="/my-datasets/brain-volumes/" data-poll-parts="files publication"' in waiting
    assert '<noscript><p class="small"><a href="/my-datasets/brain-volumes/">' in waiting
    stories.drain()
    checked = client.get("/my-datasets/brain-volumes/").content.decode()
    assert "Everything required for publishing is done." in checked
    assert "data-poll" not in checked
    asked = client.get("/my-datasets/brain-volumes/versions/1/publish/")
    assert "Cannot be changed after publishing" in asked.content.decode()
    assert client.post("/my-datasets/brain-volumes/versions/1/publish/", {"embargo_until": ""}).status_code == 302
    assert Version.objects.get(dataset=dataset).state == "published"


def test_a_description_that_is_refused_keeps_what_was_typed(owner: Client, draft: stories.PublishedDataset) -> None:
    url = f"/my-datasets/{draft.dataset.slug}/describe/"
    answer = owner.post(url, {"title": "", "summary": "Kept words", "access": "controlled", "longest_grant_days": "0"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Enter a title for the dataset." in page
    assert "Kept words" in page


def test_people_without_an_institution_cannot_create_a_dataset() -> None:
    someone = stories.person()
    type(someone).objects.filter(pk=someone.pk).update(institution=None)
    assert stories.client_for(someone).get("/my-datasets/new/").status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "fields", "says"),
    [
        ("empty.csv", b"", {}, "The file is empty."),
        ("x" * 300 + ".csv", b"1", {}, "at most 255"),
        ("a.csv", b"1", {"name": "../../etc/passwd"}, "contains /"),
        ("a.csv", b"1", {"name": "evil\u202efdp.exe"}, "hidden characters"),
        ("a.csv", b"1", {"declared_size": "7"}, "should be 7 bytes, but 1"),
        ("a.csv", b"1", {"declared_size": "seven"}, "not a number"),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_with_a_sentence(
    owner: Client, draft: stories.PublishedDataset, name: str, content: bytes, fields: dict[str, str], says: str
) -> None:
    before = Distribution.objects.count()
    answer = upload(owner, draft, name, content, **fields)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert says in answer.json()["detail"]
    plain = upload(owner, draft, name, content, script=False, **fields)
    assert plain.status_code == 422
    assert says in plain.content.decode()
    assert Distribution.objects.count() == before


def test_a_name_stands_once_in_a_version(owner: Client, draft: stories.PublishedDataset) -> None:
    assert upload(owner, draft, "table.csv", b"1\n").status_code == 201
    again = upload(owner, draft, "TABLE.csv", b"2\n")
    assert again.status_code == 422
    assert "already exists" in again.json()["detail"]


def test_no_file_is_refused(owner: Client, draft: stories.PublishedDataset) -> None:
    url = f"/my-datasets/{draft.dataset.slug}/versions/1/files/"
    assert owner.post(url, {}).status_code == 422
    assert owner.post(url, {}, headers={"Accept": "application/json"}).status_code == 422


def test_a_file_over_the_limit_is_refused_before_it_fills_the_disk(
    owner: Client, draft: stories.PublishedDataset
) -> None:
    with override_settings(MAX_UPLOAD_BYTES=10):
        answer = upload(owner, draft, "large.csv", b"x" * 11)
    assert answer.status_code == 422
    assert "the limit for one file" in answer.json()["detail"]


@pytest.mark.parametrize("script", [True, False])
def test_a_request_that_announces_too_much_is_refused_before_it_is_read(
    owner: Client, draft: stories.PublishedDataset, script: bool
) -> None:
    """Case 20: a page with navigation, or a problem document with the field; both say the limit."""
    with override_settings(MAX_UPLOAD_BYTES=10):
        answer = upload(owner, draft, "large.csv", b"x" * 2 * 1024**2, script=script)
    assert answer.status_code == 413
    if script:
        assert [error["field"] for error in answer.json()["errors"]] == ["file"]
        assert answer["Content-Type"] == "application/problem+json"
    else:
        assert "/my-datasets/" in answer.content.decode()
    assert "10" in answer.content.decode()


def test_the_page_says_the_limits_before_the_upload(owner: Client, draft: stories.PublishedDataset) -> None:
    """Case 20."""
    page = owner.get(f"/my-datasets/{draft.dataset.slug}/")
    assert page.context["limits"]["bytes"] == settings.MAX_UPLOAD_BYTES
    assert f'data-most="{settings.MAX_UPLOAD_BYTES}"' in page.content.decode()


def test_too_many_files_at_once_are_refused_with_the_number(owner: Client, draft: stories.PublishedDataset) -> None:
    files = [SimpleUploadedFile(f"{n}.csv", b"1") for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1)]
    answer = owner.post(f"/my-datasets/{draft.dataset.slug}/versions/1/files/", {"file": files})
    assert answer.status_code == 413
    assert str(settings.DATA_UPLOAD_MAX_NUMBER_FILES) in answer.content.decode()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(
    ("name", "kept"),
    [("A&copyB.csv", True), ("a&lt;b.csv", True), ("CON", False), ("a:b.csv", False), ("data.csv.", False)],
)
def test_a_name_is_kept_or_refused_alike_with_and_without_script(
    owner: Client, draft: stories.PublishedDataset, name: str, kept: bool, script: bool
) -> None:
    """Case 25: the name that was sent is the name that is stored, or it is refused at its field."""
    answer = upload(owner, draft, name, b"1\n", script=script, **({"name": name} if script else {}))
    assert answer.status_code == ((201 if script else 302) if kept else 422)
    assert Distribution.objects.filter(version=draft.version, name=name).exists() is kept


def test_a_full_disk_in_the_storage_is_a_pause_and_leaves_nothing(
    owner: Client, draft: stories.PublishedDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_more: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(private_storage(), "_save", full)
    answer = upload(owner, draft, "table.csv", b"1\n")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert not Distribution.objects.filter(name="table.csv").exists()


def test_a_full_disk_while_the_bytes_arrive_is_a_pause_too(
    owner: Client, draft: stories.PublishedDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core.files.uploadhandler import TemporaryFileUploadHandler

    def full(*_args: Any, **_more: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", full)
    answer = upload(owner, draft, "table.csv", b"1\n")
    assert answer.status_code == 503
    assert "not enough storage space" in answer.json()["detail"]


def test_a_draft_published_meanwhile_takes_no_more_files(owner: Client, draft: stories.PublishedDataset) -> None:
    datasets.publish(draft.version, by=draft.owner)
    assert upload(owner, draft, "late.csv", b"1\n").status_code == 409
    plain = upload(owner, draft, "late.csv", b"1\n", script=False)
    assert plain.status_code == 409
    assert "The files of a published version cannot be changed." in plain.content.decode()


def test_several_files_without_script_are_kept_one_by_one(owner: Client, draft: stories.PublishedDataset) -> None:
    url = f"/my-datasets/{draft.dataset.slug}/versions/1/files/"
    sent = {"one.csv": b"1\n", "none.csv": b"", "two.csv": b"2\n"}
    files = [SimpleUploadedFile(name, content) for name, content in sent.items()]
    answer = owner.post(url, {"file": files})
    assert answer.status_code == 422
    assert "none.csv: The file is empty." in answer.content.decode()
    kept = set(Distribution.objects.filter(version=draft.version).values_list("name", flat=True))
    assert kept >= {"one.csv", "two.csv"}


def test_a_file_is_taken_out_of_a_draft_and_twice_is_once(owner: Client, draft: stories.PublishedDataset) -> None:
    url = f"/my-datasets/{draft.dataset.slug}/files/{draft.file.pk}/remove/"
    assert owner.post(url).status_code == 302
    assert owner.post(url).status_code == 302
    assert not draft.version.distributions.exists()


def test_a_published_file_is_never_removed() -> None:
    published_dataset = stories.published_dataset()
    client = stories.client_for(published_dataset.owner)
    assert (
        client.post(
            f"/my-datasets/{published_dataset.dataset.slug}/files/{published_dataset.file.pk}/remove/"
        ).status_code
        == 409
    )


def test_an_embargo_in_the_past_is_refused(owner: Client, draft: stories.PublishedDataset) -> None:
    url = f"/my-datasets/{draft.dataset.slug}/versions/1/publish/"
    answer = owner.post(url, {"embargo_until": "2001-01-01T12:00"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["embargo_until"]
    assert 'id="id_embargo_until_error"' in answer.content.decode()


def test_a_new_version_begins_and_an_old_one_is_withdrawn_with_a_reason() -> None:
    published_dataset = stories.published_dataset()
    client = stories.client_for(published_dataset.owner)
    base = f"/my-datasets/{published_dataset.dataset.slug}"
    assert client.post(f"{base}/versions/new/").status_code == 302
    assert Version.objects.filter(dataset=published_dataset.dataset, state="draft").count() == 1
    assert client.get(f"{base}/versions/1/withdraw/").status_code == 200
    assert client.post(f"{base}/versions/1/withdraw/", {"reason": ""}).status_code == 422
    assert client.post(f"{base}/versions/1/withdraw/", {"reason": "A column held dates."}).status_code == 302
    assert "A column held dates." in client.get(f"{base}/").content.decode()
    assert client.post(f"{base}/versions/1/withdraw/", {"reason": "Again."}).status_code == 409
    assert client.get(f"{base}/versions/9/publish/").status_code == 404


def test_strangers_do_not_learn_of_a_draft_and_may_not_manage_what_is_public(draft: stories.PublishedDataset) -> None:
    stranger = stories.client_for(stories.person())
    assert stranger.get(f"/my-datasets/{draft.dataset.slug}/").status_code == 404
    assert stranger.get(f"/my-datasets/{stories.published_dataset().dataset.slug}/").status_code == 403


def test_the_list_and_the_workshop_cost_the_same_however_many(django_assert_max_num_queries: Any) -> None:
    someone, committee_setup = stories.person(), stories.committee_setup()
    client, counts = stories.client_for(someone), []
    client.get("/my-datasets/")
    for _n in range(2):
        for _more in range(3):
            published_dataset = stories.published_dataset(owner=someone, committee_setup=committee_setup)
        draft = datasets.start_version(published_dataset.dataset, by=someone)
        stories.add_files(draft, {"a.csv": b"1", "b.csv": b"2"}, by=someone)
        stories.submitted(published_dataset=published_dataset)
        with django_assert_max_num_queries(34) as asked:
            assert client.get("/my-datasets/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    with django_assert_max_num_queries(20):
        assert client.get(f"/my-datasets/{published_dataset.dataset.slug}/").status_code == 200


def test_roles_are_given_by_code_and_the_last_owner_stays() -> None:
    published_dataset, colleague = stories.published_dataset(), stories.person()
    client = stories.client_for(published_dataset.owner)
    url = f"/my-datasets/{published_dataset.dataset.slug}/people/"
    assert client.post(url, {"code": "P-0000-0000", "role": "steward_dataset"}).status_code == 422
    assert client.post(url, {"code": colleague.code, "role": "download_dataset"}).status_code == 422
    assert client.post(url, {"code": colleague.code, "role": "steward_dataset"}).status_code == 302
    helper = stories.client_for(colleague)
    assert helper.get(url).status_code == 200
    assert helper.post(url, {"code": colleague.code, "role": "own_dataset"}).status_code == 403
    assert client.post(f"{url}{published_dataset.owner.pk}/own_dataset/remove/", {"reason": "No."}).status_code == 422
    taken = f"{url}{colleague.pk}/steward_dataset/remove/"
    assert client.get(taken).status_code == 200
    assert client.post(taken, {"reason": " "}).status_code == 422
    assert client.post(taken, {"reason": "They have left."}).status_code == 302
    assert client.post(taken, {"reason": "They have left."}).status_code == 404
    assert helper.get(url).status_code == 403


def main_of(page: Any) -> str:
    """What stands in the empty list."""
    return str(page.content.decode().partition('class="empty"')[2].partition("</section>")[0])


def test_a_dataset_without_users_says_when_they_appear() -> None:
    """The control of what an empty tab says: there is nothing on any."""
    place = stories.published_dataset()
    url = f"/my-datasets/{place.dataset.slug}"
    page = stories.client_for(place.owner).get(f"{url}/users/")
    assert not page.context["list"].elsewhere
    assert f"{url}/requests/" in main_of(page)


def test_who_uses_it_is_shown_with_downloads_and_ended_with_a_reason() -> None:
    access = stories.granted()
    client = stories.client_for(access.published_dataset.owner)
    url = f"/my-datasets/{access.published_dataset.dataset.slug}/users/"
    page = client.get(url).content.decode()
    assert str(access.case.applicant) in page
    assert "Active" in page
    pk = access.grant.pk
    assert client.get(f"/access/{pk}/suspend/").status_code == 200
    assert client.post(f"/access/{pk}/suspend/", {"reason": " "}).status_code == 422
    assert client.post(f"/access/{pk}/suspend/", {"reason": "A question is open."}).status_code == 302
    assert f"/access/{pk}/resume/" in client.get(f"{url}?show=suspended").content.decode()
    assert client.post(f"/access/{pk}/resume/").status_code == 302
    assert client.post(f"/access/{pk}/resume/").status_code == 409
    assert client.post(f"/access/{pk}/revoke/", {"reason": "The project ended.", "scope": "access"}).status_code == 302
    assert "The project ended." in client.get(f"{url}?show=over").content.decode()
    empty = client.get(url)  # the tab Active, while somebody stands under another one
    assert not empty.context["rows"] and empty.context["list"].elsewhere
    assert f"/my-datasets/{access.published_dataset.dataset.slug}/requests/" not in main_of(empty)
    assert client.post(f"/access/{pk}/revoke/", {"reason": "Again.", "scope": "access"}).status_code == 409


def test_only_those_who_take_care_suspend_and_strangers_learn_nothing() -> None:
    access = stories.granted()
    pk = access.grant.pk
    assert stories.client_for(stories.person()).get(f"/access/{pk}/revoke/").status_code == 404
    holder = stories.client_for(access.case.applicant)
    assert holder.post(f"/access/{pk}/suspend/", {"reason": "Let us see."}).status_code == 403
    assert holder.post(f"/access/{pk}/revoke/", {"reason": "We are done."}).status_code == 302


def test_the_pages_of_users_and_requests_cost_the_same_however_many(django_assert_max_num_queries: Any) -> None:
    published_dataset, someone = stories.published_dataset(), stories.person()
    client = stories.client_for(published_dataset.owner)
    base, counts = f"/my-datasets/{published_dataset.dataset.slug}", []
    pages = (
        f"{base}/users/",
        f"{base}/requests/?show=all",
        "/my-datasets/requests/",
    )
    for _n in range(2):
        stories.granted(published_dataset=published_dataset, applicant=someone)
        stories.submitted(published_dataset=published_dataset)
        counts.append([])
        for page in pages:
            with django_assert_max_num_queries(30) as asked:
                assert client.get(page).status_code == 200
            counts[-1].append(len(asked))
    assert counts[0] == counts[1]
    assert client.get(f"{base}/users/?after=nonsense").status_code == 200


def test_waiting_agreements_are_offered_for_countersigning() -> None:
    agreement_setup = stories.signed()
    client = stories.client_for(agreement_setup.owner)
    assert agreement_setup.agreement.reference in client.get("/my-datasets/").content.decode()
    page = client.get(f"/my-datasets/{agreement_setup.published_dataset.dataset.slug}/users/")
    assert list(page.context["to_countersign"]) == [agreement_setup.agreement]
    assert "Read and countersign" in page.content.decode()


def test_a_suspended_grant_is_not_shown_as_active() -> None:
    access = stories.granted()
    grants.suspend(access.grant, reason="A question is open.", by=access.published_dataset.owner)
    client = stories.client_for(access.published_dataset.owner)
    url = f"/my-datasets/{access.published_dataset.dataset.slug}/users/"
    assert client.get(url).context["rows"] == []
    [row] = client.get(f"{url}?show=suspended").context["rows"]
    assert row.state.state == "suspended"


def test_two_people_describe_one_dataset_and_the_older_window_overwrites_nothing() -> None:
    published_dataset, colleague = stories.drafted_dataset(), stories.person()
    datasets.give_role(published_dataset.dataset, person=colleague, role="steward_dataset", by=published_dataset.owner)
    url = f"/my-datasets/{published_dataset.dataset.slug}/describe/"
    owner, steward = stories.client_for(published_dataset.owner), stories.client_for(colleague)
    seen = re.search(r'name="seen" value="([0-9a-f]{32})"', owner.get(url).content.decode())
    assert seen
    filled = {"access": "open", "longest_grant_days": "180", "seen": seen[1], "draft": "1"}
    assert steward.post(url, filled | {"title": "By the steward", "summary": "New words"}).status_code == 302
    answer = owner.post(url, filled | {"title": "By the owner", "summary": ""})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "changed after you opened it" in text
    assert "By the owner" in text
    published_dataset.dataset.refresh_from_db()
    assert (published_dataset.dataset.title, published_dataset.dataset.summary) == ("By the steward", "New words")
    again = re.search(r'name="seen" value="([0-9a-f]{32})"', owner.get(url).content.decode())
    assert again
    assert owner.post(url, filled | {"title": "By the owner", "seen": again[1]}).status_code == 302
