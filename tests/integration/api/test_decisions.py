"""The register of decisions in the API: for anybody while it is public, with the entries of the page."""

import pytest

from apps.access_requests import commands as requests
from tests import stories
from tests.integration.api.calls import Caller

pytestmark = pytest.mark.django_db


def test_the_register_by_pages_and_filters_and_404_while_it_is_off() -> None:
    first, second = stories.decided(), stories.decided(published_dataset=stories.published_dataset())
    nobody = Caller(None)
    assert nobody.get("/decisions").status_code == 404
    requests.publish_register(public=True, by=stories.operator())
    page = nobody.get("/decisions?limit=1").json()
    rest = nobody.get(f"/decisions?limit=1&cursor={page['next_cursor']}").json()
    slugs = [one["dataset"]["slug"] for one in page["items"] + rest["items"]]
    assert slugs == [second.item.dataset.slug, first.item.dataset.slug] and rest["next_cursor"] is None
    assert page["items"][0]["institution"] == second.applicant.institution.name
    asked = f"?dataset={slugs[0]}&committee={second.item.committee.slug}&outcome=approved"
    assert len(nobody.get(f"/decisions{asked}&year={page['items'][0]['decided_on'][:4]}").json()["items"]) == 1
    assert nobody.get("/decisions?outcome=denied&year=1999").json()["items"] == []
    for wrong, status in (("dataset=none", 404), ("committee=none", 404), ("year=0", 422), ("cursor=x", 400)):
        assert nobody.get(f"/decisions?{wrong}").status_code == status
