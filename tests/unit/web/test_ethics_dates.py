"""What is said of the last day of an ethics approval, beside the end of the access that is wanted."""

from datetime import date

import pytest

from apps.web.requests.ethics import dates_wrong

TODAY = date(2027, 2, 28)


@pytest.mark.parametrize(
    "until, ends_on, sentences",
    [
        (None, None, 1), (date(2027, 2, 27), None, 1), (TODAY, None, 0), (TODAY, date(2027, 3, 1), 1),
        (date(2027, 3, 1), date(2027, 3, 1), 0), (date(2027, 2, 27), date(2027, 3, 1), 1),
    ],
)  # fmt: skip
def test_an_end_that_is_missing_past_or_too_early_is_said_once(
    until: date | None, ends_on: date | None, sentences: int
) -> None:
    assert len(dates_wrong(until, ends_on, TODAY)) == sentences
