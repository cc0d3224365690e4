"""A page as a browser without script sees it: its forms, links and words."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

UNSENT = {"submit", "button", "reset", "image", "file"}


class Wrong(Exception):
    """The portal gave a wrong answer; the story ends here."""


@dataclass
class Form:
    """One form with what it would send if nobody touched it."""

    action: str
    method: str = "get"
    name: str = ""
    values: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


class Page:
    """An answer of the portal, read."""

    def __init__(self, answer: requests.Response) -> None:
        self.url = answer.url
        self.status = answer.status_code
        self.headers = answer.headers
        self.text = answer.text if "text/" in answer.headers.get("Content-Type", "text/html") else ""
        reader = _Reader(self.url)
        reader.feed(self.text)
        reader.close()
        self.forms = reader.forms
        self.options = reader.options
        self.hrefs = reader.hrefs
        self.words = " ".join("".join(reader.said).split())

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def form(self, path: str) -> Form | None:
        """The form that is sent to this path, if the page has one."""
        return next((one for one in self.forms if urlsplit(one.action).path == path), None)

    @property
    def token(self) -> str:
        """The CSRF token of any form of the page."""
        tokens = [value for form in self.forms for name, value in form.values if name == "csrfmiddlewaretoken"]
        if not tokens:
            raise Wrong(f"{self.url}: no form here carries a CSRF token")
        return tokens[0]

    def paths(self, pattern: str) -> list[str]:
        """The paths of all links and forms that match the whole pattern, once each."""
        addresses = [*self.hrefs, *(one.action for one in self.forms)]
        found = [urlsplit(address).path for address in addresses]
        return list(dict.fromkeys(path for path in found if re.fullmatch(pattern, path)))


class _Reader(HTMLParser):
    """Collects forms with their fields (also those tied to a form by its id), addresses, and the words shown."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.url = url
        self.forms: list[Form] = []
        self.hrefs: list[str] = []
        self.said: list[str] = []
        self._open: Form | None = None
        self._ids: dict[str, Form] = {}
        self._area: tuple[Form | None, str, list[str]] | None = None
        self._select: tuple[Form | None, str] | None = None
        self._chosen: list[str] = []
        self.options: list[tuple[str, str, str]] = []  # name of the field, value, words
        self._option: list[str] | None = None
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if known.get("href"):
            self.hrefs.append(urljoin(self.url, known["href"]))
        handler = getattr(self, f"_start_{tag}", None)
        if handler is not None:
            handler(known)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea" and self._area is not None:
            form, name, said = self._area
            self._keep(form, name, "".join(said).removeprefix("\n"))
            self._area = None
        elif tag == "select" and self._select is not None:
            form, name = self._select
            for value in self._chosen:
                self._keep(form, name, value)
            self._select = None
        elif tag == "option" and self._option is not None and self._select is not None:
            value, *words = self._option
            self.options.append((self._select[1], value, " ".join("".join(words).split())))
            self._option = None
        elif tag in {"script", "style"}:
            self._silent = False

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[2].append(data)
        elif self._option is not None:
            self._option.append(data)
        elif not self._silent:
            self.said.append(data)

    def _start_form(self, known: dict[str, str]) -> None:
        action = urljoin(self.url, known.get("action") or self.url)
        form = Form(action=action, method=known.get("method", "get").lower())
        self._open = form
        self.forms.append(form)
        if known.get("id"):
            self._ids[known["id"]] = form

    def _start_input(self, known: dict[str, str]) -> None:
        kind, form = known.get("type", "text").lower(), self._form_of(known)
        if form is not None and known.get("name"):
            form.names.add(known["name"])
        ticked = "checked" in known
        if kind in UNSENT or (kind in {"checkbox", "radio"} and not ticked) or "disabled" in known:
            return
        self._keep(form, known.get("name", ""), known.get("value", "on" if ticked else ""))

    def _start_button(self, known: dict[str, str]) -> None:
        """A button with an address of its own is a form of its own, with the fields of the one it stands in."""
        form = self._form_of(known)
        if form is not None and known.get("formaction"):
            twin = Form(urljoin(self.url, known["formaction"]), "post", values=form.values, names=form.names)
            self.forms.append(twin)

    def _start_textarea(self, known: dict[str, str]) -> None:
        self._area = (self._form_of(known), known.get("name", ""), [])

    def _start_select(self, known: dict[str, str]) -> None:
        self._select, self._chosen = (self._form_of(known), known.get("name", "")), []

    def _start_option(self, known: dict[str, str]) -> None:
        self._option = [known.get("value", "")]
        if "selected" in known or not self._chosen:
            self._chosen = [known.get("value", "")]

    def _start_script(self, _known: dict[str, str]) -> None:
        self._silent = True

    _start_style = _start_script

    def _form_of(self, known: dict[str, str]) -> Form | None:
        return self._ids.get(known["form"]) if known.get("form") else self._open

    def _keep(self, form: Form | None, name: str, value: str) -> None:
        if form is not None and name:
            form.names.add(name)
            form.values.append((name, value))
