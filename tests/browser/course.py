"""One request to two committees, from the draft to the grants, by clicking in a browser as each of the people.

Every step is a function of the `Course`; `STEPS` is their order. A step clicks what its people see and fails in the
browser if it is not there. Each page that people look at is shown to `look`, which takes pictures or does nothing.
"""

from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.acceptance import step_publish
from tests.acceptance.context import UUID, Context
from tests.acceptance.memory import Memory
from tests.browser.chromium import new_context, sign_in

Look = Callable[[str, Page], None]
BREAST, LUNG = "Breast", "Lung"
APPLICANT, APPLICANT_NAME, OWNER_NAME = "colleague", "Freja Winther", "Søren Dahl"
CHAIR, MEMBER, RECUSED = "chair", "member1", "member2"  # of the first committee
CHAIR_2, AWAY_NAME, DEPUTY, DEPUTY_EMAIL = "chair2", "Olav Strand", "applicant2", "mateusz.zielinski@lindholm.example"
CONDITION = "Publications must cite the dataset."
WHY_DENIED = "The plan does not say how the two cohorts are compared."
WHY_WRONG = "The comparison is described in the second paragraph of the purpose."
QUESTION = "Which age groups will you compare?"
ANSWER = "Under 50, 50 to 64, and 65 or older."
INTERNAL = "I worked with their statistician in 2019, which is no conflict of interest."
SHARED = "We expect to decide this month."


class Course:
    """The people at their browsers, and the two datasets that the request is about."""

    def __init__(self, chromium: Browser, demo: dict[str, Any], look: Look = lambda _name, _page: None) -> None:
        self._chromium, self._demo, self.look = chromium, demo, look
        self._pages: dict[str, Page] = {}
        self.published = {one: published(demo, one) for one in (BREAST, LUNG)}
        self.title = f"Age and survival in two cohorts {self.published[BREAST].run}"
        self.request = ""  # the address of the request, which ends with its id

    def who(self, key: str) -> Page:
        """The browser of that person, signed in just now."""
        if key not in self._pages:
            page = new_context(self._chromium, self._demo).new_page()
            sign_in(page, self._demo, key)
            self._pages[key] = page
        return self._pages[key]

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()

    def dataset(self, committee: str) -> str:
        """The title of the dataset of that committee."""
        return self.published[committee].title

    def asked(self, key: str) -> Page:
        """The page of the request, as that person opens it."""
        page = self.who(key)
        page.goto(self.request)
        return page

    def case(self, key: str) -> Page:
        """The case, opened by somebody without a conflict of interest, who says so if the portal asks first."""
        page = self.opened(key)
        question = page.locator("form:has([name=answer][value=none])")
        if question.count():
            self.look("conflict-question", page)
            question.locator("[name=answer][value=none]").check()
            with page.expect_navigation():
                question.locator("button").first.click()
        return page

    def opened(self, key: str) -> Page:
        """What the case first shows, opened from To do on Home."""
        page = self.who(key)
        page.goto("/")
        case = f"/review/{self.request.rstrip('/').rsplit('/', 1)[-1]}/"
        listed = page.locator(f"#main a[href='{case}']")
        if listed.count():
            listed.first.click()
        else:  # nothing waits for them there
            page.goto(case)
        return page

    def item(self, page: Page, committee: str) -> Locator:
        """The part of a case or request about the dataset of that committee."""
        return page.locator("article").filter(has=page.get_by_role("link", name=self.dataset(committee), exact=True))


def published(demo: dict[str, Any], committee: str) -> Context:
    """A dataset of this course's own, published over HTTP; a committee of another institution accepts it first."""
    context = Context(demo["address"], demo["accounts"], Memory(None), {})
    context.begin(committee)
    step_publish.drafts(context)
    step_publish.describes(context, committee)
    step_publish.uploads(context)
    if committee == LUNG:
        context.begin("accept")
        manage = context.who("chair2").get("/committees/lung-cancer/manage/")
        for path in manage.paths(rf"/review/datasets/{UUID}/"):
            context.who("chair2").send(path, path, {"answer": "accept"})
    step_publish.waits_for_checksum(context)
    step_publish.publishes(context)
    return context


def press(page: Page, name: str, within: Locator | None = None) -> None:
    """Press the button of that name, and wait for the page that answers."""
    with page.expect_navigation():
        (within or page.locator("#main")).get_by_role("button", name=name, exact=True).first.click()
    expect(page.locator(".error-summary")).to_have_count(0)


def unfold(page: Page, name: str) -> Locator:
    """Open what is folded under that heading."""
    folded = page.locator("details").filter(has=page.locator("summary", has_text=name)).first
    if folded.get_attribute("open") is None:
        folded.locator("summary").first.click()
    return folded


def day_after(page: Page, days: int) -> str:
    """That many days from today, as the portal counts days."""
    today = parsedate_to_datetime(page.request.get("/healthz").headers["date"]).date()
    return (today + timedelta(days=days)).isoformat()


def section(page: Page, key: str) -> None:
    """Go to a section of the request form by its list."""
    page.locator(f"aside .tasks__go:is([value={key}], [name={key}])").click()


def drafts(course: Course) -> None:
    """The applicant starts from one dataset, adds the other by its title, and fills in the form."""
    page = course.who(APPLICANT)
    page.goto(f"/datasets/{course.published[BREAST].facts['slug']}/")
    course.look("dataset", page)
    press(page, "Request access")
    course.look("request-form-empty", page)
    section(page, "datasets")
    page.fill("[name=add_dataset]", course.dataset(LUNG))
    press(page, "Save changes")
    course.look("request-form-second-dataset", page)
    found = page.locator("input[name=further]")
    if found.count():
        found.first.check()
        press(page, "Save changes")
    section(page, "project")
    page.fill("[name=title]", course.title)
    page.fill("[name=purpose]", "We compare survival in two cohorts.\n\nBoth are analysed with the same model.")
    page.fill("[name=public_summary]", "We look at whether age changes survival after two kinds of cancer.")
    page.fill("[name=starts_on]", day_after(page, 0))
    page.fill("[name=ends_on]", day_after(page, 120))
    course.look("request-form", page)


def submits(course: Course) -> None:
    page = course.who(APPLICANT)
    press(page, "Save changes")
    section(page, "check")
    course.look("request-check", page)
    press(page, "Submit request")
    course.request = page.url
    assert all(course.item(page, one).count() == 1 for one in (BREAST, LUNG))
    course.look("request-submitted", page)


def names_deputy(course: Course) -> None:
    """A member of the second committee is away: the chair names a deputy before voting starts."""
    page = course.who(CHAIR_2)
    page.goto("/review/")
    page.get_by_role("link", name="Manage committee").click()
    course.look("committee-manage", page)
    page.get_by_role("row").filter(has_text=AWAY_NAME).get_by_role("link", name="deputy").click()
    ends = page.locator("form:has([name=action][value=end]) button")
    if ends.count():  # left by a course that was broken off
        with page.expect_navigation():
            ends.first.click()
    course.look("deputies-empty", page)
    page.fill("[name=code]", DEPUTY_EMAIL)
    page.fill("[name=first_day]", day_after(page, 0))
    page.fill("[name=last_day]", day_after(page, 14))
    press(page, "Name deputy")
    course.look("deputies", page)


def recuses(course: Course) -> None:
    """A member of the first committee declares a conflict of interest, and the case is closed to them."""
    page = course.opened(RECUSED)
    form = page.locator("form:has([name=answer][value=conflict])")
    if form.count():
        form.locator("[name=answer][value=conflict]").check()
    else:
        form = unfold(page, "Declare a conflict of interest")
    course.look("case-member", page)
    form.locator("[name=reason]").fill("I supervise the applicant.")
    with page.expect_navigation():
        form.locator("button").first.click()
    course.look("case-recused", page)


def talks(course: Course) -> None:
    """The chair writes to everybody and to the committee only; the applicant reads the first message and answers it."""
    page = course.case(CHAIR)
    course.look("case-chair", page)
    for text, audience in ((INTERNAL, "internal"), (SHARED, "shared")):
        page.locator("[name=text]").last.fill(text)
        page.locator(f"[name=audience][value={audience}]").check()
        press(page, "Send message")
    course.look("case-thread", page)
    page = course.asked(APPLICANT)
    expect(page.get_by_text(SHARED)).to_be_visible()
    expect(page.get_by_text(INTERNAL)).to_have_count(0)
    page.locator("#main [name=text]").fill("Thank you. We can answer questions at any time.")
    press(page, "Send message")
    course.look("request-thread", page)


def asks(course: Course) -> None:
    """A question about one field ends the round and unlocks that field."""
    page = course.case(CHAIR)
    folded = unfold(page, "Request changes from the applicant")
    folded.locator("[name=text]").fill(QUESTION)
    folded.locator("[name=field]").select_option("purpose")
    course.look("case-question", page)
    press(page, "Request changes", folded)
    course.look("case-with-applicant", page)


def answers(course: Course) -> None:
    """The applicant answers, changes the field that the question is about, and sends both."""
    page = course.asked(APPLICANT)
    course.look("request-returned", page)
    press(page, "Edit request")
    course.look("request-form-returned", page)
    expect(page.locator("[name=title]")).to_have_count(0)  # locked
    page.locator("textarea[name^=answer_]").fill(ANSWER)
    page.locator("[name=purpose]").fill(
        "We compare survival by age in two cohorts, with the same model and three age groups."
    )
    press(page, "Send answers to the committee")
    course.look("request-second-round", page)


def accepts(course: Course) -> None:
    page = course.case(CHAIR)
    expect(page.get_by_text(ANSWER).first).to_be_visible()
    course.look("case-to-check", page)
    press(page, "Accept for review")
    course.look("case-in-review", page)


def approves_with_condition(course: Course) -> None:
    """The chair proposes a condition, the member adopts it: two of two eligible voters, and the dataset is approved."""
    page = course.case(CHAIR)
    form = course.item(page, BREAST).locator("form:has([name=choice])")
    form.locator("[name=choice][value=conditional]").check()
    form.locator("[name=new_condition]").fill(CONDITION)
    form.locator("[name=reason]").fill("The question is clear and the data can answer it.")
    course.look("vote", page)
    press(page, "Cast vote", form)
    course.look("voted", page)
    page = course.case(MEMBER)
    form = course.item(page, BREAST).locator("form:has([name=choice])")
    form.locator("[name=choice][value=conditional]").check()
    form.get_by_label(CONDITION).check()
    form.locator("[name=reason]").fill("I agree, and I adopt the condition.")
    press(page, "Cast vote", form)
    course.look("case-decided", page)
    expect(course.item(page, BREAST).locator(".badge[data-state=approved_with_conditions]").first).to_be_visible()


def denies(course: Course) -> None:
    """The chair and the deputy of the member who is away deny the second dataset, with a reason from the list."""
    for key in (CHAIR_2, DEPUTY):
        page = course.case(key)
        form = course.item(page, LUNG).locator("form:has([name=choice])")
        form.locator("[name=choice][value=deny]").check()
        form.locator("[name=denial_codes]").first.check()
        form.locator("[name=reason]").fill(WHY_DENIED)
        course.look(f"deny-{key}", page)
        press(page, "Cast vote", form)
    page = course.case(CHAIR_2)
    expect(course.item(page, LUNG).locator(".badge[data-state=denied]").first).to_be_visible()


def appeals(course: Course) -> None:
    """The applicant reads the reason and appeals once."""
    page = course.asked(APPLICANT)
    course.look("request-denied", page)
    expect(page.get_by_text(WHY_DENIED).first).to_be_visible()
    expect(course.item(page, BREAST).get_by_text(CONDITION).first).to_be_visible()
    form = page.locator("form[action$='/appeal/']")
    form.locator("[name=text]").fill(WHY_WRONG)
    press(page, "Submit appeal", form)
    course.look("request-appealed", page)


def appeal_succeeds(course: Course) -> None:
    """The committee reads the appeal and approves in a new round."""
    for key in (CHAIR_2, DEPUTY):
        page = course.case(key)
        expect(page.get_by_text(WHY_WRONG).first).to_be_visible()
        course.look(f"appeal-{key}", page)
        form = course.item(page, LUNG).locator("form:has([name=choice])")
        form.locator("[name=choice][value=approve]").check()
        form.locator("[name=reason]").fill("The appeal is right: the plan says it.")
        press(page, "Cast vote", form)
    page = course.case(CHAIR_2)
    expect(course.item(page, LUNG).locator(".badge[data-state=approved]").first).to_be_visible()


def signs(course: Course) -> None:
    """The applicant signs both agreements, the owner countersigns them, and there is access to both datasets."""
    for one in (BREAST, LUNG):
        page = course.asked(APPLICANT)
        agreed = course.item(page, one).get_by_role("link", name="Agreement")
        until(page, agreed)
        agreed.click()
        course.look("agreement", page)
        page.fill("[name=typed_name]", APPLICANT_NAME)
        press(page, "Sign agreement")
        agreement = page.url
        page = course.who("owner")
        page.goto(agreement)
        page.fill("[name=typed_name]", OWNER_NAME)
        press(page, "Countersign agreement")
    page = course.asked(APPLICANT)
    for one in (BREAST, LUNG):
        until(page, course.item(page, one).get_by_role("link", name="Your access and files"))
    course.look("request-granted", page)


def ends_deputy(course: Course) -> None:
    """The member is back."""
    page = course.who(CHAIR_2)
    page.goto("/committees/lung-cancer/manage/")
    page.get_by_role("row").filter(has_text=AWAY_NAME).get_by_role("link", name="deputy").click()
    with page.expect_navigation():
        page.locator("form:has([name=action][value=end]) button").first.click()
    expect(page.locator("form:has([name=action][value=end])")).to_have_count(0)


def until(page: Page, wanted: Locator, times: int = 60) -> None:
    """Reload the page until that is on it: the worker follows the decision after some seconds."""
    for _turn in range(times):
        if wanted.count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{page.url} does not show what follows")


STEPS: list[Callable[[Course], None]] = [
    drafts, submits, names_deputy, recuses, talks, asks, answers, accepts, approves_with_condition, denies, appeals,
    appeal_succeeds, signs, ends_deputy,
]  # fmt: skip
