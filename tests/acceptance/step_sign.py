"""Both sides sign, each after proving again who they are; a grant follows."""

from tests.acceptance.browser import Browser
from tests.acceptance.context import UUID, Context, check
from tests.acceptance.page import Page


def applicant_signs(context: Context) -> None:
    """With a wrong name nothing is signed and what was typed is kept; with the right one it is."""
    applicant, agreement = context.who("applicant"), context.facts["agreement"]
    page = applicant.sign_in(agreement, again=True)
    form = page.form(f"{agreement}sign/")
    if form is not None:
        values = [(name, value) for name, value in form.values if name not in {"typed_name", "_once"}]
        wrong = applicant.post(f"{agreement}sign/", [*values, ("typed_name", "Somebody Else")], page, expect=422)
        check("Somebody Else" in wrong.text, "the refused form does not keep what was typed")
    _sign(applicant, agreement, f"{agreement}sign/")


def member_signs(context: Context) -> None:
    """The named member signs for themselves."""
    member, agreement = context.who("applicant2"), context.facts["agreement"]
    member.sign_in(agreement, again=True)
    _sign(member, agreement, f"{agreement}sign/")


def owner_countersigns(context: Context) -> None:
    """The owner signs last; the agreement is executed."""
    owner, agreement = context.who("owner"), context.facts["agreement"]
    owner.sign_in(agreement, again=True)
    _sign(owner, agreement, f"{agreement}countersign/")


def grants_appear(context: Context) -> None:
    """For the applicant and the member, each their own; and the agreement as a PDF."""
    context.facts["grant"] = _grant_of(context, "applicant")
    context.facts["member_grant"] = _grant_of(context, "applicant2")
    check(context.facts["grant"] != context.facts["member_grant"], "applicant and member share one grant")
    applicant = context.who("applicant")

    def printed() -> bool:
        answer = applicant.raw("GET", f"{context.facts['agreement']}pdf/")
        return answer.status_code == 200 and answer.content.startswith(b"%PDF-")

    context.until("the agreement as a PDF", printed)


def _grant_of(context: Context, key: str) -> str:
    browser = context.who(key)

    def granted() -> str | None:
        return next(iter(_grants(browser, context.title)), None)

    return context.until(f"the grant of {browser.name}", granted)


def _grants(browser: Browser, title: str) -> list[str]:
    """The paths of the person's grants on the dataset of that title, newest first."""
    paths = browser.get("/access/").paths(rf"/access/{UUID}/")
    pages: list[Page] = [browser.get(path) for path in paths[:6]]
    return [page.path for page in pages if title in page.words]


def _sign(browser: Browser, agreement: str, path: str) -> None:
    page = browser.send(agreement, path, {"typed_name": browser.name})
    check(browser.name in page.words, f"{page.url} does not name {browser.name} after the signature")
    check(page.form(path) is None, f"{page.url} still asks {browser.name} to sign")
