"""The owner revokes, and the same link is refused at once."""

from tests.acceptance.context import Context, check
from tests.acceptance.step_download import as_curl


def revokes(context: Context) -> None:
    """With a reason, from the list of who uses the data."""
    owner, path = context.who("owner"), f"{context.facts['grant']}revoke/"
    uses = f"/my-datasets/{context.facts['slug']}/users/"
    owner.sign_in(uses, again=True)  # and so does a revocation
    check(path in owner.get(uses).paths(r"/access/.+/revoke/"), f"{uses} does not offer to revoke this grant")
    owner.send(path, path, {"reason": f"The project has ended ({context.run})."})


def link_is_refused(context: Context) -> None:
    """By a program and in the holder's own session; the same link, without waiting for anything."""
    answer = as_curl(context, "GET")
    check(answer.status_code == 410, f"after the revocation the link answered {answer.status_code} to a program")
    check(context.content[:200] not in answer.content, "the refusal carries bytes of the file")
    answer = as_curl(context, "GET", headers={"Range": "bytes=0-99"})
    check(answer.status_code == 410, f"after the revocation a Range answered {answer.status_code}")
    status = context.who("applicant").raw("GET", context.facts["link"]).status_code
    check(status == 410, f"after the revocation the link answered {status} in the holder's session")


def no_new_link(context: Context) -> None:
    """No other link either; the page says that the grant was revoked. The member's own grant stands."""
    applicant, path = context.who("applicant"), f"/files/{context.facts['file']}/"
    applicant.post(path, [], applicant.get(path), expect=403)
    why = applicant.get(f"/datasets/{context.facts['slug']}/access/").words.lower()
    check("revoked" in why, f"the Why page does not say that the grant was revoked: {why[:300]}")
    page = context.who("applicant2").get(context.facts["member_grant"])
    check(context.title in page.words, "the member's own grant is gone")
