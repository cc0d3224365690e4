"""The owner revokes, and the same link is refused at once."""

from portal.story.chapter_download import as_curl
from portal.story.tale import Tale, check


def revokes(tale: Tale) -> None:
    """With a reason, from the list of who uses the data."""
    owner, path = tale.who("owner"), f"{tale.facts['grant']}revoke/"
    uses = f"/steward/{tale.facts['slug']}/uses/"
    owner.sign_in(uses, again=True)  # and so does a revocation
    check(path in owner.get(uses).paths(r"/grants/.+/revoke/"), f"{uses} does not offer to revoke this grant")
    owner.send(path, path, {"reason": f"The project has ended ({tale.run})."})


def link_is_refused(tale: Tale) -> None:
    """By a program and in the holder's own session; the same link, without waiting for anything."""
    answer = as_curl(tale, "GET")
    check(answer.status_code == 410, f"after the revocation the link answered {answer.status_code} to a program")
    check(tale.content[:200] not in answer.content, "the refusal carries bytes of the file")
    answer = as_curl(tale, "GET", headers={"Range": "bytes=0-99"})
    check(answer.status_code == 410, f"after the revocation a Range answered {answer.status_code}")
    status = tale.who("applicant").raw("GET", tale.facts["link"]).status_code
    check(status == 410, f"after the revocation the link answered {status} in the holder's session")


def no_new_link(tale: Tale) -> None:
    """No other link either; the page says that the grant was revoked. The member's own grant stands."""
    applicant, path = tale.who("applicant"), f"/files/{tale.facts['file']}/"
    applicant.post(path, [], applicant.get(path), expect=403)
    why = applicant.get(f"/datasets/{tale.facts['slug']}/why/").words.lower()
    check("revoked" in why, f"the Why page does not say that the grant was revoked: {why[:300]}")
    page = tale.who("applicant2").get(tale.facts["member_grant"])
    check(tale.title in page.words, "the member's own grant is gone")
