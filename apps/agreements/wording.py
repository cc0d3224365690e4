"""From a template to the exact text that is signed, and from a signed agreement to its PDF. Pure functions."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template as Marks
from typing import Any

import typst

CLAUSE_KEYS = {"heading", "text", "plain", "plain_da"}
MARKS = frozenset({
    "applicant", "institution", "members", "dataset", "dataset_owner", "committee", "reference",
    "purpose", "starts_on", "ends_on", "conditions",
})  # fmt: skip


def digest(text: str) -> str:
    """SHA-256 (FIPS 180-4) of the text in UTF-8, lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def template_digest(title: str, clauses: list[dict[str, str]]) -> str:
    return digest(json.dumps([title, clauses], sort_keys=True, ensure_ascii=False))


def can_be_filled(clause: Mapping[str, str]) -> bool:
    """Whether every dollar sign of the clause begins a mark or is a doubled one."""
    return Marks(clause["text"]).is_valid()


def unknown_marks(clauses: list[dict[str, str]]) -> set[str]:
    """Marks in the clauses that nothing will fill."""
    return {mark for clause in clauses for mark in Marks(clause["text"]).get_identifiers()} - MARKS


def filled(clauses: list[dict[str, str]], facts: Mapping[str, str]) -> list[dict[str, str]]:
    """The clauses with their marks filled; a missing fact is an error, never an empty space in a contract."""
    return [{**clause, "text": Marks(clause["text"]).substitute(facts)} for clause in clauses]


def full_text(title: str, clauses: list[dict[str, str]]) -> str:
    """The text that is signed: title and numbered clauses, each with its plain-language line."""
    parts = [title]
    for number, clause in enumerate(clauses, start=1):
        parts.append(f"{number}. {clause['heading']}\n{clause['text']}\n[In plain words: {clause['plain']}]")
    return "\n\n".join(parts) + "\n"


def parsed(text: str) -> tuple[str, list[dict[str, str]]]:
    """The title and clauses of a signed text, for showing it: the text itself stays the source."""
    title, *blocks = text.rstrip("\n").split("\n\n")
    return title, _clauses("\n\n".join(blocks))


def _clauses(body: str) -> list[dict[str, str]]:
    clauses: list[dict[str, str]] = []
    for block in body.split("]\n\n"):
        head, _, rest = block.partition("\n")
        number, _, heading = head.partition(". ")
        words, _, plain = rest.rpartition("\n[In plain words: ")
        clauses.append({"number": number, "heading": heading, "text": words, "plain": plain.removesuffix("]")})
    return clauses


def snapshot_line(actor_snapshot: Any) -> str:
    """Who the signer was when they signed, in one line: what was known, and nothing about what was not."""
    assurance, amr = ", ".join(actor_snapshot.assurance), ", ".join(actor_snapshot.amr)
    parts = {
        "name": actor_snapshot.name, "e-mail": actor_snapshot.email, "ORCID": actor_snapshot.orcid,
        "institution": actor_snapshot.institution_name, "ROR": actor_snapshot.ror, "affiliation": actor_snapshot.scoped,
        "assurance": assurance, "strength of the sign-in (acr)": actor_snapshot.acr, "means (amr)": amr,
    }  # fmt: skip
    return "; ".join(f"{what}: {said}" for what, said in parts.items() if said)


@cache
def _layout() -> bytes:
    return (Path(__file__).parent / "agreement.typ").read_bytes()


def pdf(*, reference: str, text: str, sha256: str, signatures: list[dict[str, Any]]) -> bytes:
    """The agreement as a tagged PDF (PDF/UA-1, ISO 14289-1); the same input gives the same bytes.

    A character that no font here has forbids PDF/UA. The agreement is stored all the same, as a PDF that claims less.
    """
    title, clauses = parsed(text)
    data = {"reference": reference, "title": title, "clauses": clauses, "sha256": sha256, "signatures": signatures}
    sources = {"data": json.dumps(data)}
    try:
        return bytes(typst.compile(_layout(), format="pdf", sys_inputs=sources, pdf_standards=["ua-1"]))
    except typst.TypstError as fault:
        if "could not be displayed" not in str(fault):
            raise
        return bytes(typst.compile(_layout(), format="pdf", sys_inputs=sources))
