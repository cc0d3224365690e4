"""The owner publishes a dataset."""

from portal.story.page import Page
from portal.story.tale import UUID, Tale, check, one


def drafts(tale: Tale) -> None:
    """A title is enough to begin."""
    owner = tale.who("owner")
    page = owner.send("/steward/new/", "/steward/new/", {"title": tale.title})
    check(page.path.startswith("/steward/"), f"the new dataset's page was not shown, but {page.url}")
    tale.facts["slug"] = page.path.removeprefix("/steward/").split("/")[0]


def describes(tale: Tale) -> None:
    """Everything that a reader needs; controlled, in the care of the breast cancer committee."""
    owner, path = tale.who("owner"), f"{_home(tale)}describe/"
    committee = _choice(owner.get(path), path, "committee", "Breast")
    owner.send(
        path,
        path,
        {
            "title": tale.title,
            "summary": f"Recurrence-free survival of 686 women with node-positive breast cancer; telling {tale.run}.",
            "description": "One row is one woman. horTh: hormone therapy; time: recurrence-free survival in days; "
            "cens: 1 if recurrence or death was observed.",
            "access": "controlled",
            "committee": committee,
        },
    )


def refused_uploads(tale: Tale) -> None:
    """An empty file is refused with a sentence, and nothing is kept of it."""
    owner, path = tale.who("owner"), f"{_home(tale)}versions/1/files/"
    page = owner.send(_home(tale), path, files={"file": ("empty.csv", b"")}, expect=422)
    check("empty" in page.words, f"{path} does not say that the file is empty: {page.words[:200]}")


def uploads(tale: Tale) -> None:
    """A real file, under a name of this telling."""
    owner, path = tale.who("owner"), f"{_home(tale)}versions/1/files/"
    page = owner.get(_home(tale))
    if tale.file_name not in page.words:
        answer = owner.post(path, [], page, files={"file": (tale.file_name, tale.content, "text/csv")}, expect=None)
        check(answer.status in {200, 422}, f"{path} answered {answer.status}")  # 422: here already, before a restart
        page = owner.get(_home(tale))
    check(tale.file_name in page.words, f"{page.url} does not show the file {tale.file_name}")


def waits_for_checksum(tale: Tale) -> None:
    """A worker reads the file once more and writes its SHA-256 down."""
    owner = tale.who("owner")
    publish = f"{_home(tale)}versions/1/publish/"

    def ready() -> Page | None:
        page = owner.get(_home(tale))
        return page if tale.sha256[:12] in page.text and page.paths(publish) else None

    page = tale.until("the checksum of the uploaded file", ready)
    files = page.paths(rf"{_home(tale)}files/{UUID}/remove/") + page.paths(rf"/files/{UUID}/")
    check(files, f"{page.url} does not lead to the file")
    tale.facts["file"] = files[0].rstrip("/").removesuffix("/remove").rsplit("/", 1)[-1]


def publishes(tale: Tale) -> None:
    """From now on the version stands."""
    owner, path = tale.who("owner"), f"{_home(tale)}versions/1/publish/"
    owner.send(path, path)
    sums = owner.get(f"/datasets/{tale.facts['slug']}/versions/1/SHA256SUMS")
    check(f"{tale.sha256}  {tale.file_name}" in sums.text, f"SHA256SUMS says {sums.text[:200]!r}")


def _home(tale: Tale) -> str:
    return f"/steward/{tale.facts['slug']}/"


def _choice(page: Page, path: str, name: str, label: str) -> str:
    """The value of the choice whose label begins like this."""
    found = [value for field, value, words in page.options if field == name and words.startswith(label)]
    return one(list(dict.fromkeys(found)), f"choice “{label}” for {name} at {path}", page)
