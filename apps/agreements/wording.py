"""The text of an agreement from a template, and its PDF. Pure functions.

A placeholder is a `$name` in the text of a clause (string.Template).
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Template as ClauseTemplate
from typing import TYPE_CHECKING, Any

from apps.core.pdf import compiled

if TYPE_CHECKING:
    from apps.access_requests.cohort_facts import ClassFacts

SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "؟", "።")
CLAUSE_KEYS = {"heading", "text", "plain", "plain_da"}
PLACEHOLDERS = frozenset({
    "applicant", "institution", "members", "dataset", "dataset_owner", "committee", "reference",
    "purpose", "starts_on", "ends_on", "conditions", "use_conditions",
})  # fmt: skip


def members(names: Sequence[str], taught: "ClassFacts | None") -> str:
    """Who may use the data beside the applicant: the members by name, and a class by its course and its places.

    Students are not named: the text is the same for all of them, and each signs it.
    """
    said = list(names)
    if taught is not None:
        course, place = (" ".join(text.split()) for text in (taught.course, taught.institution))
        said.append(
            f'the students of the course "{course}" at {place} (at most {taught.places}), each of whom signs this '
            "agreement for themselves"
        )
    return ", ".join(said) or "no further members"


def digest(text: str) -> str:
    """SHA-256 (FIPS 180-4) of the text in UTF-8, lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def template_digest(title: str, clauses: list[dict[str, str]]) -> str:
    return digest(json.dumps([title, clauses], sort_keys=True, ensure_ascii=False))


def is_valid(clause: Mapping[str, str]) -> bool:
    """Whether every dollar sign in the text starts a placeholder or is doubled."""
    return ClauseTemplate(clause["text"]).is_valid()


def unknown_placeholders(clauses: list[dict[str, str]]) -> set[str]:
    """Placeholders in the clauses that are not in PLACEHOLDERS."""
    return {name for clause in clauses for name in ClauseTemplate(clause["text"]).get_identifiers()} - PLACEHOLDERS


def filled(clauses: list[dict[str, str]], values: Mapping[str, str]) -> list[dict[str, str]]:
    """The clauses with their placeholders replaced; a missing value raises KeyError.

    A value is kept as it was written. If it ends its sentence and the clause has a full stop after it, there is one.
    """
    return [{**clause, "text": _filled(clause["text"], values)} for clause in clauses]


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        if value.endswith(SENTENCE_ENDS):
            text = re.sub(rf"(?<!\$)(\${name}(?!\w)|\$\{{{name}\}})\.(?!\.)", r"\1", text)
    return ClauseTemplate(text).substitute(values)


def full_text(title: str, clauses: list[dict[str, str]]) -> str:
    """The text that is signed: the title and the numbered clauses, each with its plain-language line."""
    parts = [title]
    for number, clause in enumerate(clauses, start=1):
        parts.append(f"{number}. {clause['heading']}\n{clause['text']}\n[In plain words: {clause['plain']}]")
    return "\n\n".join(parts) + "\n"


def parsed(text: str) -> tuple[str, list[dict[str, str]]]:
    """The title and the clauses of a text made by `full_text`, to show it on a page or in the PDF."""
    title, *blocks = text.rstrip("\n").split("\n\n")
    return title, _clauses("\n\n".join(blocks))


def _clauses(body: str) -> list[dict[str, str]]:
    clauses: list[dict[str, str]] = []
    for block in body.split("]\n\n"):
        head, _, rest = block.partition("\n")
        number, _, heading = head.partition(". ")
        content, _, plain = rest.rpartition("\n[In plain words: ")
        clauses.append({"number": number, "heading": heading, "text": content, "plain": plain.removesuffix("]")})
    return clauses


def snapshot_line(actor_snapshot: Any) -> str:
    """Who the signer was when they signed, in one line: what was known, and nothing about what was not."""
    assurance, amr = ", ".join(actor_snapshot.assurance), ", ".join(actor_snapshot.amr)
    parts = {
        "name": actor_snapshot.name, "e-mail": actor_snapshot.email, "ORCID": actor_snapshot.orcid,
        "institution": actor_snapshot.institution_name, "ROR": actor_snapshot.ror, "affiliation": actor_snapshot.scoped,
        "assurance": assurance, "strength of the sign-in (acr)": actor_snapshot.acr, "means (amr)": amr,
    }  # fmt: skip
    return "; ".join(f"{label}: {value}" for label, value in parts.items() if value)


@cache
def _layout() -> bytes:
    return (Path(__file__).parent / "agreement.typ").read_bytes()


def pdf(*, reference: str, text: str, sha256: str, signatures: list[dict[str, Any]]) -> bytes:
    """The agreement as a tagged PDF (`apps.core.pdf.compiled`); the same input gives the same bytes everywhere."""
    title, clauses = parsed(text)
    data = {"reference": reference, "title": title, "clauses": clauses, "sha256": sha256, "signatures": signatures}
    return compiled(_layout(), data)
