"""Must show 3: of 174 judged queries at least 95 % find their datasets first; printed for both parts."""

import pytest

from tests.unit.datasets.search import judged

pytestmark = pytest.mark.django_db
LEAST = 0.95


@pytest.mark.slow
def test_what_people_type_finds_what_they_mean(capsys: pytest.CaptureFixture[str]) -> None:
    judged.build_catalogue()
    shares = {}
    for part in ("tuned", "held_out"):
        asked = judged.queries(part)
        missed = judged.misses(asked)
        shares[part] = 1 - len(missed) / len(asked)
        with capsys.disabled():
            print(f"\nsearch, {part}: {len(asked) - len(missed)} of {len(asked)} queries ({shares[part]:.1%})")
            for one, slugs in missed:
                print(f"  missed {one.query!r}: wanted {one.all or one.some}, found {slugs}")
    assert min(shares.values()) >= LEAST


def test_the_judgement_fails_for_a_dataset_that_is_not_there() -> None:
    assert judged.misses([judged.Judged("breast cancer", all=("gbsg2",))])
    assert judged.misses([judged.Judged("breast cancer", some=("gbsg2",))])
