"""The answers to each type of question: what is read, in which form it is kept, what is refused, how it is shown."""

from typing import Any

import pytest

from apps.core.errors import Invalid
from apps.forms import identifiers
from apps.forms.values import lines, read
from tests.unit.forms.samples import ORCID, ROR, question
from tests.unit.forms.samples import read as form_of

OPTIONS = [{"key": "yes", "label": {"en": "Yes"}}, {"key": "no", "label": {"en": "No"}}]
COLUMNS = [question("who", required=True), question("when", "date")]


def one(kind: str, **more: Any) -> Any:
    return form_of(question("q", kind, **more)).question("q")


READ: list[tuple[Any, Any, Any, list[str]]] = [
    (one("text"), "  A\u200b text ", "A text", ["A text"]),
    (one("long_text"), "a\r\nb", "a\nb", ["a\nb"]),
    (one("number"), "12", 12, ["12"]),
    (one("number"), "2,5", 2.5, ["2.5"]),
    (one("number", least=0, most=10), 0, 0, ["0"]),
    (one("date"), "2028-02-29", "2028-02-29", ["29 Feb 2028"]),
    (one("date", earliest="today"), "2026-11-28", "2026-11-28", ["28 Nov 2026"]),
    (
        one("period"), {"from": "2026-01-01", "until": "2026-01-01"}, {"from": "2026-01-01", "until": "2026-01-01"},
        ["1 Jan 2026 to 1 Jan 2026"],
    ),
    (one("choice", options=OPTIONS), "yes", "yes", ["Yes"]),
    (one("choices", options=OPTIONS), ["no", "yes", "no"], ["yes", "no"], ["Yes", "No"]),
    (one("choices", options=OPTIONS), "no", ["no"], ["No"]),
    (one("email"), " a@example.org", "a@example.org", ["a@example.org"]),
    (one("phone"), "+45  33 33 33 33", "+45 33 33 33 33", ["+45 33 33 33 33"]),
    (one("url"), "https://example.org/a", "https://example.org/a", ["https://example.org/a"]),
    (one("orcid"), "0000000218250097", ORCID, [ORCID]),
    (one("organisation"), "03yrm5c26", ROR, [ROR]),
    (one("country"), "denmark\nSE, se", ["DK", "SE"], ["Denmark", "Sweden"]),
    (one("country"), ["NO"], ["NO"], ["Norway"]),
    (one("person"), "Ann Holm", {"name": "Ann Holm"}, ["Ann Holm"]),
    (
        one("person"), {"name": "Ann", "email": "a@b.dk", "orcid": "0000-0002-1825-0097"},
        {"name": "Ann", "email": "a@b.dk", "orcid": ORCID}, [f"Ann, a@b.dk, {ORCID}"],
    ),
    (one("variables"), "age\n\nsex\nage", ["age", "sex"], ["age", "sex"]),
    (
        one("table", columns=COLUMNS), [{"who": "", "when": ""}, {"who": "Ann", "when": "2026-01-02"}],
        [{"who": "Ann", "when": "2026-01-02"}], ["Who: Ann; When: 2 Jan 2026"],
    ),
    (one("table", columns=COLUMNS), [{"who": "Ann"}], [{"who": "Ann"}], ["Who: Ann"]),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(READ)))
def test_an_answer_is_kept_in_one_form_and_shown(case: int) -> None:
    asked, sent, kept, shown = READ[case]
    assert read(asked, sent) == kept
    assert read(asked, kept) == kept  # what is kept is valid when it is sent again
    assert lines(asked, kept) == shown


@pytest.mark.parametrize("sent", ["", " \u200b", None, [], [""], {}, {"name": ""}, [{"who": ""}]])
def test_nothing_typed_is_no_answer(sent: Any) -> None:
    for kind in ("text", "number", "person", "table", "country"):
        more = {"columns": COLUMNS} if kind == "table" else {}
        assert read(one(kind, **more), sent) is None
    assert lines(one("text"), None) == []


def test_a_heading_has_no_answer() -> None:
    assert read(form_of(question("q", "header"), question("r")).question("q"), "x") is None


REFUSED: list[tuple[Any, Any]] = [
    (one("text"), 12), (one("text"), ["a"]), (one("text", most=3), "long"), (one("text", least=3), "ab"),
    (one("text"), "a\u202eb"), (one("long_text", most_words=2), "one two three"), (one("long_text"), "x" * 20_001),
    (one("number"), "twelve"), (one("number"), "NaN"), (one("number"), True), (one("number"), "1e400"),
    (one("number"), ["1"]), (one("number", least=1), 0), (one("number", most=1), 2), (one("number", most=0.5), "0.6"),
    (one("date"), "2026-02-30"), (one("date"), "30/02/2026"), (one("date"), 20260101), (one("date"), "2025-02-29"),
    (one("date", earliest="today"), "2026-11-27"), (one("date", latest="2026-01-01"), "2026-01-02"),
    (one("period"), {"from": "2026-01-02", "until": "2026-01-01"}), (one("period"), {"from": "2026-01-02"}),
    (one("period"), {"from": "2026-01-02", "to": "2026-01-03"}), (one("period"), "2026"),
    (one("choice", options=OPTIONS), "maybe"), (one("choice", options=OPTIONS), ["yes"]),
    (one("choices", options=OPTIONS), ["yes", "maybe"]), (one("choices", options=OPTIONS), {"yes": True}),
    (one("choices", options=OPTIONS, least=2), ["yes"]), (one("choices", options=OPTIONS, most=1), ["yes", "no"]),
    (one("email"), "nobody"), (one("phone"), "call me"), (one("phone"), "12"), (one("url"), "javascript:alert(1)"),
    (one("url"), "ftp://example.org/"), (one("orcid"), "0000-0002-1825-0098"), (one("orcid"), "1234"),
    (one("organisation"), "https://ror.org/03yrm5c27"), (one("organisation"), "Sundby"), (one("country"), "Atlantis"),
    (one("country"), "EU"),
    (one("country", most=1), "DK\nSE"), (one("country"), 45), (one("person"), {"email": "a@b.dk"}),
    (one("person"), {"name": "Ann", "email": "nobody"}), (one("person"), {"name": "Ann", "age": "3"}),
    (one("variables"), ["x" * 201]), (one("variables", most=1), ["a", "b"]), (one("table", columns=COLUMNS), "x"),
    (one("table", columns=COLUMNS), [{"when": "2026-01-01"}]),
    (one("table", columns=COLUMNS), [{"who": "A", "when": "x"}]),
    (one("table", columns=COLUMNS), [{"other": "x"}]),
    (one("table", columns=COLUMNS, most=1), [{"who": "a"}, {"who": "b"}]),
    (one("table", columns=COLUMNS, least=2), [{"who": "a"}]), (one("table", columns=COLUMNS), [{"who": "a"}] * 2_001),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_a_wrong_answer_is_refused_with_a_sentence(case: int) -> None:
    asked, sent = REFUSED[case]
    with pytest.raises(Invalid) as refused:
        read(asked, sent)
    assert refused.value.sentence


def test_check_digits() -> None:
    """ISO/IEC 7064:2003: MOD 11-2 of ORCID iDs (the examples of orcid.org), MOD 97-10 of ROR ids."""
    assert identifiers.orcid("0000-0002-1694-233X").endswith("233X")
    assert identifiers.orcid("https://orcid.org/0000-0001-5109-3700").endswith("3700")
    assert all(identifiers.ror(one) for one in ("03yrm5c26", "https://ror.org/00f54p054", "ror.org/035b05819"))
    wrong = [identifiers.orcid(f"0000-0002-1825-009{digit}") for digit in "012345689X"]
    assert wrong == [""] * 10
