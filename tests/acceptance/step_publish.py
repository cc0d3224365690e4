"""The owner publishes a dataset."""

from tests.acceptance.context import UUID, Context, check, one
from tests.acceptance.page import Page


def drafts(context: Context) -> None:
    """A title is enough to begin."""
    owner = context.who("owner")
    page = owner.send("/my-datasets/new/", "/my-datasets/new/", {"title": context.title})
    check(page.path.startswith("/my-datasets/"), f"the new dataset's page was not shown, but {page.url}")
    context.facts["slug"] = page.path.removeprefix("/my-datasets/").split("/")[0]


def describes(context: Context, committee: str = "Breast") -> None:
    """Everything that a reader needs; controlled, assigned to the committee whose name begins like this."""
    owner, path = context.who("owner"), f"{_home(context)}describe/"
    chosen = _choice(owner.get(path), path, "committee", committee)
    owner.send(
        path,
        path,
        {
            "title": context.title,
            "summary": "Recurrence-free survival of 686 women with node-positive breast cancer; "
            f"telling {context.run}.",
            "description": "One row is one woman. horTh: hormone therapy; time: recurrence-free survival in days; "
            "cens: 1 if recurrence or death was observed.",
            "access": "controlled",
            "committee": chosen,
        },
    )


def refused_uploads(context: Context) -> None:
    """An empty file is refused with a sentence, and nothing is kept of it."""
    owner, path = context.who("owner"), f"{_home(context)}versions/1/files/"
    page = owner.send(_home(context), path, files={"file": ("empty.csv", b"")}, expect=422)
    check("empty" in page.words, f"{path} does not say that the file is empty: {page.words[:200]}")


def uploads(context: Context) -> None:
    """A real file, under a name of this telling."""
    owner, path = context.who("owner"), f"{_home(context)}versions/1/files/"
    page = owner.get(_home(context))
    if context.file_name not in page.words:
        answer = owner.post(
            path, [], page, files={"file": (context.file_name, context.content, "text/csv")}, expect=None
        )
        check(answer.status in {200, 422}, f"{path} answered {answer.status}")  # 422: here already, before a restart
        page = owner.get(_home(context))
    check(context.file_name in page.words, f"{page.url} does not show the file {context.file_name}")


def waits_for_checksum(context: Context) -> None:
    """A worker reads the file once more and writes its SHA-256 down."""
    owner = context.who("owner")
    publish = f"{_home(context)}versions/1/publish/"

    def ready() -> Page | None:
        page = owner.get(_home(context))
        return page if context.sha256[:12] in page.text and page.paths(publish) else None

    page = context.until("the checksum of the uploaded file", ready)
    files = page.paths(rf"{_home(context)}files/{UUID}/remove/") + page.paths(rf"/files/{UUID}/")
    check(files, f"{page.url} does not lead to the file")
    context.facts["file"] = files[0].rstrip("/").removesuffix("/remove").rsplit("/", 1)[-1]


def publishes(context: Context) -> None:
    """From now on the version stands."""
    owner, path = context.who("owner"), f"{_home(context)}versions/1/publish/"
    owner.send(path, path)
    sums = owner.get(f"/datasets/{context.facts['slug']}/versions/1/SHA256SUMS")
    check(f"{context.sha256}  {context.file_name}" in sums.text, f"SHA256SUMS says {sums.text[:200]!r}")


def _home(context: Context) -> str:
    return f"/my-datasets/{context.facts['slug']}/"


def _choice(page: Page, path: str, name: str, label: str) -> str:
    """The value of the choice whose label begins like this."""
    found = [value for field, value, words in page.options if field == name and words.startswith(label)]
    return one(list(dict.fromkeys(found)), f"choice “{label}” for {name} at {path}", page)
