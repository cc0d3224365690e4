"""Case 22: the PDF shows every script and the whole text, and has the same bytes on every machine."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from apps.access_requests import commands as requests
from apps.agreements import queries, wording
from apps.agreements.wording import filled, full_text, pdf
from apps.audit.models import Event
from apps.core.pdf import han_font
from apps.core.storage import private_storage
from apps.grants.models import AccessGrant
from tests import stories

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = {
    "Latin": "Ærø Łódź Tiếng Việt ẞ",
    "Greek": "Ελληνικά πολυτονικό ᾧ",
    "Cyrillic": "Кириллица Ђ ї",
    "Chinese": "中华人民共和国 乳癌",
    "Japanese": "日本の乳癌コホート研究",
    "Korean": "한국어 김철수",
    "Thai": "ภาษาไทย สมชาย",
    "Arabic": "محمد بن سلمان العربية",
    "Persian": "می\u200cخواهم",
    "Hebrew": "שלום עולם",
    "Devanagari": "हिन्दी श्रीमान्",
    "Ethiopic": "አማርኛ አበበ",
    "Tamil": "தமிழ்",
    "Georgian and Armenian": "ქართული Հայերեն",
    "emoji": "😀 👩\u200d🔬 🇩🇰 ❤\ufe0f",
    "signs": "≥ ≤ ± µ → ∞ ½ – — … “” ₂ ²",
}
CLAUSE = {"number": "1", "heading": "Purpose", "plain": "Only this.", "plain_da": "Kun det."}


def made(text: str) -> bytes:
    whole = full_text("Data use agreement", [{**CLAUSE, "text": text}])
    return pdf(reference="DUA-1", text=whole, sha256=wording.digest(whole), signatures=[])


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_has_a_font(script: str) -> None:
    """Case 22: the PDF conforms to PDF/UA-1, which it does not if a character is missing from every font."""
    content = made(SCRIPTS[script])
    assert b"pdfuaid" in content


def test_control_a_character_without_a_font_is_noticed() -> None:
    """Control: the PDF is made, and does not claim to conform."""
    content = made("Linear A: \U00010600")
    assert content.startswith(b"%PDF-") and b"pdfuaid" not in content


PROGRAM = """
import hashlib, sys
from apps.agreements.wording import digest, full_text, pdf
text = full_text("Agreement", [{"heading": "Purpose", "plain": "p", "text": sys.argv[1]}])
print(hashlib.sha256(pdf(reference="DUA-1", text=text, sha256=digest(text), signatures=[])).hexdigest())
"""


def digest_with(fonts: Path, text: str) -> str:
    """The digest of the PDF that a machine with the fonts of this folder makes."""
    config = fonts / "fonts.conf"
    config.write_text(f'<?xml version="1.0"?><fontconfig><dir>{fonts}</dir></fontconfig>')
    machine = {**os.environ, "FONTCONFIG_FILE": str(config), "HOME": str(fonts), "XDG_DATA_HOME": str(fonts)}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, text], cwd=ROOT, env=machine, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


def test_the_same_input_gives_the_same_bytes_on_every_machine(tmp_path: Path) -> None:
    """Case 22: on a machine without fonts, and on this one with its own."""
    text = " ".join(SCRIPTS.values())
    whole = full_text("Agreement", [{"heading": "Purpose", "plain": "p", "text": text}])
    here = pdf(reference="DUA-1", text=whole, sha256=wording.digest(whole), signatures=[])
    assert digest_with(tmp_path, text) == hashlib.sha256(here).hexdigest()
    assert digest_with(tmp_path, text + ".") != hashlib.sha256(here).hexdigest()  # control


def test_a_word_of_300_characters_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 22: the rule of the layout that breaks it changes that page, and no page without such a word."""
    long, short = made("x" * 300), made("x" * 30)
    layout = wording._layout()
    monkeypatch.setattr(wording, "_layout", lambda: layout.replace(b"{40,}", b"{400,}"))
    assert made("x" * 300) != long
    assert made("x" * 30) == short


@pytest.mark.parametrize(("text", "font"), [("乳癌", "SC"), ("日本の乳癌", "JP"), ("김철수 乳癌", "KR"), ("Ærø", "SC")])
def test_han_characters_are_drawn_as_their_language_does(text: str, font: str) -> None:
    assert han_font(text) == f"Noto Sans CJK {font}"


# ------------------------------------------------------------------------------------------------ the words of a clause
@pytest.mark.parametrize(("purpose", "clause", "reads"), [
    ("We count cells.", "For: $purpose Any other use", "For: We count cells. Any other use"),
    ("We count cells.", "For: $purpose.", "For: We count cells."),
    ("We count cells", "For: $purpose.", "For: We count cells."),
    ("Why?", "For: ${purpose}.", "For: Why?"),
    ("Cells etc.", "“$purpose”.", "“Cells etc.”."),
    ("We count cells.", "$$purpose. $purpose...", "$purpose. We count cells...."),
    ("研究。", "For: $purpose.", "For: 研究。"),
])  # fmt: skip
def test_a_purpose_is_kept_as_written_and_ends_once(purpose: str, clause: str, reads: str) -> None:
    """Case 22: its last full stop was cut."""
    (found,) = filled([{"text": clause}], {"purpose": purpose})
    assert found["text"] == reads


@pytest.mark.django_db
def test_a_purpose_is_one_paragraph_of_its_clause() -> None:
    """It cannot look like a clause of the agreement, whatever lines it has (T76)."""
    case = stories.draft()
    purpose = stories.PURPOSE + "\n\n2. Everything\n\tis   allowed"
    requests.change(case.request, by=case.applicant, purpose=purpose)
    setup = stories.offered(stories.decided(stories.in_review(stories.submitted(case))))
    assert " ".join(purpose.split()) in setup.agreement.text
    assert "\n2. Everything" not in setup.agreement.text.replace(stories.CLAUSES[1]["heading"], "")


# --------------------------------------------------------------------------------------------------- kept signatures
@pytest.mark.django_db
def test_a_member_who_signs_later_is_in_a_kept_pdf() -> None:
    """Each signature that gives access is in a stored document; the first one stays as it was."""
    late = stories.person(name="Jonas Kjær")
    setup = stories.offered(members=[late])
    stories.sign(setup.agreement, setup.applicant)
    stories.countersign(setup.reload().agreement, setup.owner)
    stories.drain()
    first = setup.agreement.pdfs.get()
    stories.sign(setup.reload().agreement, late)
    stories.drain()
    newest = queries.pdf_of(setup.agreement)
    assert newest is not None and (newest.number, newest.signatures, first.signatures) == (2, 3, 2)
    assert queries.pdf_of(setup.agreement, "1") == first
    for kept in setup.agreement.pdfs.all():
        with private_storage().open(kept.storage_key) as stream:
            assert hashlib.sha256(stream.read()).hexdigest() == kept.sha256
    signers = setup.agreement.signatures.filter(capacity__in=["applicant", "member"])
    assert AccessGrant.objects.filter(agreement=setup.agreement).count() == signers.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("copy", ["3", "0", "x", "-1", "9" * 30, "²"])
def test_a_copy_that_does_not_exist_is_not_found(copy: str) -> None:
    access = stories.granted()
    assert queries.pdf_of(access.agreement_setup.agreement, copy) is None


@pytest.mark.django_db
def test_downloading_the_pdf_is_an_event() -> None:
    """Case 11: written before the bytes are sent; looking at its headers is none."""
    access = stories.granted()
    address = f"/agreements/{access.agreement_setup.agreement.pk}/pdf/"
    client = stories.client_for(access.holder)
    assert client.head(address).status_code == 200
    assert not Event.objects.filter(kind="agreement.pdf_downloaded").exists()
    assert client.get(address).status_code == 200
    event = Event.objects.get(kind="agreement.pdf_downloaded")
    assert (event.actor_id, event.subject_id) == (access.holder.pk, access.agreement_setup.agreement.pk)
