"""The applicant finds the data, is refused without a grant, and asks."""

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime

from tests.acceptance.context import UUID, Context, check, one

PURPOSE = (
    "We compare recurrence-free survival with and without hormone therapy by the number of positive lymph nodes, with "
    "a proportional hazards model that was fixed beforehand. No linkage with other data."
)
SUMMARY = "We look at which patients with breast cancer gain most from hormone therapy."


def finds(context: Context) -> None:
    """By words of the title, as anybody might."""
    applicant = context.who("applicant")
    page = applicant.get(f"/datasets/?q={context.run}")
    path = f"/datasets/{context.facts['slug']}/"
    check(path in page.paths(r"/datasets/[\w-]+/"), f"{page.url} does not find the new dataset")
    check(context.file_name in applicant.get(path).text, f"{path} does not name its file")


def is_refused(context: Context) -> None:
    """No link before a grant; and the page says why."""
    applicant, path = context.who("applicant"), f"/files/{context.facts['file']}/"
    refused = applicant.post(path, [], applicant.get(path), expect=403)
    check("/d/" not in refused.text, f"{path} refused, and gave a link all the same")
    why = applicant.get(f"/datasets/{context.facts['slug']}/access/")
    check("grant" in why.words.lower(), f"{why.url} does not speak of a grant: {why.words[:300]}")


def drafts(context: Context) -> None:
    """A request for this dataset, with nothing said yet."""
    applicant = context.who("applicant")
    page = applicant.send(f"/datasets/{context.facts['slug']}/", "/requests/new/")
    context.facts["request"] = one(re.findall(rf"/requests/({UUID})/edit/", page.path), "request in the address", page)


def autosaves(context: Context) -> None:
    """A draft is saved while it is typed, incomplete as it is; an old window overwrites nothing."""
    applicant, asked = context.who("applicant"), _request(context)
    page = applicant.get(f"{asked}edit/")
    form = page.form(f"{asked}edit/") or page.form(f"{asked}submit/") or page.form(f"{asked}autosave/")
    check(form, f"{page.url} has no form to write the request in")
    values = dict(form.values if form else []) | {
        "title": f"Hormone therapy by nodes {context.run}",
        "purpose": PURPOSE[:30],
    }
    headers = {"Accept": "application/json", "Referer": page.url}
    answer = applicant.raw("POST", f"{asked}autosave/", data=values, headers=headers)
    check(answer.status_code == 200, f"autosave answered {answer.status_code}: {answer.text[:300]}")
    kept = answer.json()
    check({"revision", "saved_at"} <= set(kept), f"autosave answered {kept}")
    old = values | {"purpose": "What an old window says."}
    stale = applicant.raw("POST", f"{asked}autosave/", data=old, headers=headers)
    check(stale.status_code == 200, f"autosave from a stale window answered {stale.status_code}: {stale.text[:300]}")
    check(stale.json().get("conflicts"), f"the answer to a stale window names no conflict: {stale.text[:300]}")
    again = applicant.get(f"{asked}edit/")
    check(PURPOSE[:30] in again.text, "what was autosaved is not in the form")
    check(old["purpose"] not in again.text, "a stale window has overwritten what was saved")


def adds_member(context: Context) -> None:
    """A colleague at another university, by the code they gave away themselves; and the rest of the form."""
    member, applicant, asked = context.who("applicant2"), context.who("applicant"), _request(context)
    account = member.get("/account/")
    code = re.search(r"\bP-[0-9A-Z]{4}-[0-9A-Z]{4}\b", account.words)
    check(code, "the account page shows no colleague code")
    today = parsedate_to_datetime(account.headers["Date"]).date()
    page = applicant.send(
        f"{asked}edit/",
        f"{asked}edit/",
        {
            "title": f"Hormone therapy by nodes {context.run}",
            "purpose": PURPOSE,
            "public_summary": SUMMARY,
            "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=120)).isoformat(),
            "members": code.group() if code else "",
        },
    )
    check(code and code.group() in page.text, f"{page.url} does not show the member's code")


def submits(context: Context) -> None:
    """Sent twice, by a double click: it happens once."""
    applicant, asked = context.who("applicant"), _request(context)
    first = applicant.send(f"{asked}edit/", f"{asked}submit/")
    check(first.path == asked, f"after submitting the request's page is shown, not {first.url}")
    second = applicant.send_again(first)
    check(second.path == asked, f"the second sending of the same form led to {second.url}")
    member = context.who("applicant2").get(asked)
    check(context.run in member.words, "the named member does not see the request")
    outsider = context.who("colleague").raw("GET", asked)
    check(outsider.status_code == 404, f"somebody not named got {outsider.status_code} for the request, not 404")


def answers(context: Context) -> None:
    """The question is on the request's page; the answer goes with the next round."""
    applicant, asked = context.who("applicant"), _request(context)
    page = applicant.get(asked)
    name = one(sorted(set(re.findall(r'name="(answer_[0-9a-f]{32})"', page.text))), "question to answer", page)
    said = "By the count of positive nodes as it was recorded, in three groups that were fixed beforehand."
    applicant.send(asked, f"{asked}answers/", {name: said})


def resubmits(context: Context) -> None:
    applicant, asked = context.who("applicant"), _request(context)
    page = applicant.send(f"{asked}edit/", f"{asked}submit/")
    check(page.path == asked, f"after submitting again the request's page is shown, not {page.url}")


def _request(context: Context) -> str:
    return f"/requests/{context.facts['request']}/"
