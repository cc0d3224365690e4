"""Each check of `manage.py lint` that reads the tree finds the fault planted in a copy.

That it finds nothing in ours is not asked here again: tests/run runs every check before the tests, and fails when one
finds something (test_run_verdict.py).
"""

import tomllib
from pathlib import Path

import pytest

from tests.checks import planting
from tests.checks.checks import CHECKS
from tests.checks.planting import ROOT, Fault
from tests.checks.vocabulary import GLOSSARY

RUFF = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
BANS: dict[str, dict[str, str]] = RUFF["flake8-tidy-imports"]["banned-api"]
COMMAND = '''
@transaction.atomic
def celebrate(thing, *, by: Actor):
    """Nothing happens."""
'''
MIGRATION = """
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("grants", "0001_initial")]
    operations = [migrations.RemoveField("accessgrant", "starts_at")]
"""

FAULTS: dict[str, list[Fault]] = {
    "style": [
        Fault("apps/grants/rules.py", "from django.core.mail import send_mail", "apps.notifications"),
        Fault("apps/grants/rules.py", "from datetime import datetime\nWHEN = datetime.now()", "apps.core.clock"),
        Fault("apps/grants/rules.py", "from django.utils.timezone import now", "apps.core.clock"),
        Fault("apps/grants/rules.py", "from django.dispatch import receiver", "portal.consequences"),
        Fault("apps/grants/rules.py", "from guardian.shortcuts import assign_perm", "apps.core.roles"),
        Fault("apps/grants/rules.py", "from django.core.files.storage import default_storage", "apps.core.storage"),
        Fault("apps/grants/rules.py", "print('here')", "T201"),
    ],
    "formatting": [Fault("apps/grants/rules.py", "x  =  1", "apps/grants/rules.py")],
    "sizes": [
        Fault("apps/grants/rules.py", "# a line\n" * 401, "a file stays under 400"),
        Fault("apps/grants/rules.py", "def long() -> None:\n" + "    pass\n" * 41, "a function stays under 40"),
    ],
    "addresses": [
        Fault("docs/notes.md", "cd /" + "work/main", "a path of one machine"),
        Fault("deploy/requirements/base.txt", "--extra-index" + "-url file:///x", "names a registry"),
        Fault("README.md", "https://py" + "pi.org/simple", "a package registry"),
    ],
    "absolute-addresses": [
        Fault(
            "apps/web/common/decorators.py", "WHERE = f'{settings.PORTAL_ADDRESS}/terms/'", "settings.PORTAL_ADDRESS"
        ),
        Fault("apps/web/common/decorators.py", "WHERE = getattr(settings, 'PORTAL_ADDRESS')", "PORTAL_ADDRESS"),
        Fault(
            "apps/api/pagination.py",
            "def f(request):\n    return request.build_absolute_uri('/')",
            "build_absolute_uri()",
        ),
        Fault(
            "apps/api/pagination.py",
            "def f(request):\n    return f'https://{request.get_host()}/'",
            "get_host() joined",
        ),
        Fault("templates/planted.html", "{{ request.scheme }}://{{ request.get_host }}/", "request.scheme"),
    ],
    "states": [
        Fault("apps/grants/commands.py", "def f(request):\n    request.state = 'decided'", "core/workflow.py"),
        Fault("apps/grants/commands.py", "def f(rows):\n    rows.update(state='decided')", "core/workflow.py"),
        Fault("apps/grants/commands.py", "def f(rows):\n    rows.update(**{'state': 'decided'})", "core/workflow.py"),
        Fault("apps/grants/commands.py", "def f(rows):\n    rows.bulk_update([], ['state'])", "core/workflow.py"),
        Fault("apps/grants/commands.py", "def f(row):\n    row.save(update_fields=['state'])", "core/workflow.py"),
        Fault("apps/grants/commands.py", "def f(row):\n    setattr(row, 'state', 'decided')", "core/workflow.py"),
        Fault("apps/grants/commands.py", "def f(row):\n    row.a, row.state = 1, 'decided'", "core/workflow.py"),
        Fault("apps/web/common/decorators.py", "SQL = 'UPDATE x SET a = 1, state = 2'", "core/workflow.py"),
        Fault(
            "apps/grants/commands.py", "def f(m):\n    m.update_or_create(defaults={'state': 1})", "core/workflow.py"
        ),
    ],
    "commands": [
        Fault("apps/grants/commands.py", "def celebrate(thing, *, by):\n    pass", "not @transaction.atomic"),
        Fault("apps/grants/commands.py", COMMAND.replace("*, by", "by"), "keyword-only `by`"),
        Fault("apps/grants/commands.py", COMMAND.replace("by", "when"), "keyword-only `by`"),
        Fault("apps/grants/commands.py", COMMAND.replace(": Actor", ""), "not exactly `Actor`"),
        Fault("apps/grants/commands.py", COMMAND.replace("Actor", "Person"), "not exactly `Actor`"),
        Fault("apps/grants/commands.py", COMMAND.replace("Actor", "Actor | None"), "not exactly `Actor`"),
        Fault("apps/grants/commands.py", COMMAND.replace("Actor", "Any"), "not exactly `Actor`"),
        Fault("apps/grants/commands.py", COMMAND.replace("Actor", "Actor = SYSTEM"), "has a default for `by`"),
        Fault("apps/grants/commands.py", COMMAND.replace("thing", "thing, reason"), "more than one argument"),
        Fault("apps/standards/commands.py", "async def celebrate(thing, *, by):\n    pass", "not async"),
    ],
    "events": [
        Fault("apps/audit/kinds.py", "class Kind:\n    NEVER_SEEN = 'never.seen'", "nothing records Kind.NEVER_SEEN"),
        Fault("apps/audit/kinds.py", "class Kind:\n    NEVER_SEEN = 'never.seen'", "Kind.NEVER_SEEN has no full row"),
        Fault("apps/grants/commands.py", "record(Kind.UNHEARD_OF, actor=SYSTEM)", "recorded but not declared"),
        Fault(
            "portal/consequences.py",
            "CONSEQUENCES = {Kind.UNHEARD_OF: [f]}",
            "CONSEQUENCES names Kind.UNHEARD_OF",
            new=True,
        ),
        Fault(
            "portal/consequences.py",
            "CONSEQUENCES = {Kind.LINK_MADE: []}",
            "Kind.LINK_MADE has a row without",
            new=True,
        ),
        Fault(
            "portal/consequences.py",
            "CONSEQUENCES = {Kind.LINK_MADE: [notify]}",
            "Kind.LINK_MADE has a row without",
            new=True,
        ),
        Fault(
            "apps/notifications/messages/strange.py",
            "MESSAGES = {Kind.UNHEARD_OF: Message(f, {'a': ('b', 'c')})}",
            "MESSAGES names Kind.UNHEARD_OF",
        ),
        Fault(
            "apps/notifications/messages/strange.py",
            "MESSAGES = {Kind.LINK_MADE: Message(f, {})}",
            "Kind.LINK_MADE has a message without",
        ),
        Fault("apps/notifications/messages/access.py", "def f(x):\n    yield Note(x, 'unheard.of')", "'unheard.of'"),
    ],
    "stored-files": [
        Fault("apps/downloads/commands.py", "def f():\n    return new_storage_key()", "no model of apps.downloads"),
    ],
    "safety": [
        Fault("apps/web/common/decorators.py", "from django.views.decorators.csrf import csrf_exempt", "csrf_exempt"),
        Fault("apps/web/common/decorators.py", "from django.utils.safestring import mark_safe", "mark_safe"),
        Fault("apps/grants/queries.py", "cursor.execute('SELECT 1')", "raw SQL"),
        Fault("apps/grants/queries.py", "AccessGrant.objects.raw('SELECT 1')", "raw SQL"),
        Fault("apps/grants/queries.py", "RawSQL('1', [])", "raw SQL"),
        Fault("apps/grants/queries.py", "eval('1')", "eval: never"),
        Fault("apps/grants/queries.py", "pickle.loads(b'')", "pickle.loads: never"),
        Fault("apps/web/common/decorators.py", "get_object_or_404(AccessGrant, pk=1)", "visible_to"),
        Fault(
            "apps/web/common/decorators.py", "get_object_or_404(models.AccessGrant.objects.all(), pk=1)", "visible_to"
        ),
        Fault("apps/grants/rules.py", "def f(link, token):\n    return link.token == token", "compare_digest"),
        Fault("apps/grants/rules.py", "def f(a, client_secret):\n    return a != client_secret", "compare_digest"),
        Fault(
            "apps/web/common/decorators.py",
            "def f(q, request):\n    return q.filter(**request.GET.dict())",
            "SQL injection",
        ),
        Fault(
            "apps/web/common/decorators.py",
            "def f(q, request):\n    return q.order_by(*request.GET.getlist('s'))",
            "SQL injection",
        ),
        Fault(
            "apps/web/common/decorators.py",
            "def f(storage):\n    return storage.url('key')",
            "only apps.downloads makes one",
        ),
        Fault(
            "apps/web/common/decorators.py",
            "def f():\n    return private_storage().presign('key')",
            "only apps.downloads makes one",
        ),
    ],
    "facts": [
        Fault("apps/web/common/decorators.py", "def f(cast, quorum):\n    return cast >= quorum", "ask a Decision"),
        Fault(
            "apps/web/common/decorators.py",
            "def f(n, committee):\n    return max(n, committee.quorum)",
            "ask a Decision",
        ),
        Fault(
            "apps/web/common/decorators.py",
            "def f(rows):\n    return rows.filter(n__gte=F('committee__quorum'))",
            "ask a Decision",
        ),
        Fault(
            "apps/web/common/decorators.py", "def f(rows):\n    return rows.filter(quorum__lt=F('n'))", "ask a Decision"
        ),
        Fault("templates/planted.html", "{% if cast >= committee.quorum %}{% endif %}", "ask a Decision"),
        Fault(
            "apps/web/common/decorators.py",
            "SHOWN = ('title', 'purpose', 'public_summary')",
            "access_requests/fields.py",
        ),
        Fault(
            "apps/web/common/decorators.py", "LABELS = {'purpose': 1, 'public_summary': 2}", "access_requests/fields.py"
        ),
        Fault(
            "apps/web/common/decorators.py",
            "def f(g):\n    g(purpose=1, public_summary=2)",
            "access_requests/fields.py",
        ),
    ],
    "views": [
        Fault("apps/web/catalogue/views.py", "def f(request):\n    return request.user", "request.actor"),
        Fault("apps/web/common/forms.py", "def f(request):\n    return request.user", "request.actor"),
        Fault("apps/web/datasets/views.py", "try:\n    f()\nexcept Invalid:\n    pass", "FormRefusals"),
        Fault(
            "apps/web/datasets/views.py",
            "try:\n    f()\nexcept (WrongState, errors.DomainError) as r:\n    pass",
            "FormRefusals",
        ),
        Fault("apps/web/new_room/views.py", "try:\n    f()\nexcept Invalid:\n    pass", "FormRefusals"),
        Fault("apps/web/account/views.py", "@signed_in\n@require_POST\ndef f(request):\n    pass", "in the order"),
        Fault("apps/web/account/views.py", "@signed_in\ndef f(request):\n    pass", "name the methods"),
        Fault("apps/web/account/views.py", "@require_GET\ndef f(request):\n    pass", "name the methods"),
    ],
    "diagrams": [
        Fault(
            "docs/diagrams/access-request.md", "draft --> active: jump", "access-request.md is not what the table says"
        ),
        Fault("docs/diagrams/unheard-of.md", "nothing", "shows a workflow that does not exist"),
    ],
    "templates": [
        Fault("templates/planted.html", "<p style='color: red'>", "a style attribute"),
        Fault("templates/planted.html", "<style>p {}</style>", "inline style"),
        Fault("templates/planted.html", "<p>" + "x" * 158, "161 characters"),
        Fault("templates/planted.html", "<script>alert(1)</script>", "inline script"),
        Fault("templates/planted.html", "<a onclick='x()'>", "an inline handler"),
        Fault("templates/planted.html", "{{ text|safe }}", "|safe"),
        Fault("templates/planted.html", "{% autoescape off %}{{ x }}{% endautoescape %}", "escaping turned off"),
        Fault("templates/planted.html", "{% url 'no-such-place' %}", "no address is called no-such-place"),
        Fault("templates/planted.html", "{% if %}", "planted.html"),
        Fault("templates/planted.html", "<script src='https://cdn.example/x.js'></script>", "another host"),
    ],
    "markup": [
        Fault("templates/planted.html", "<img src='x.png'>", "H013"),
        Fault("templates/planted.html", "<p><div></p>", "H025"),
    ],
    "untranslated": [
        Fault("templates/planted.html", "<p>Plain words</p>", "Plain words"),
        Fault("templates/planted.html", "<a aria-label='Plain words'></a>", "Plain words"),
        Fault("templates/email/planted.txt", "{% if x %}Dear {{ name }}{% endif %}", "Dear"),
    ],
    "directions": [
        Fault("templates/planted.html", "<p>{{ dataset.title }}</p>", "text of a user"),
        Fault("templates/planted.html", "<p>{{ person }}</p>", "text of a user"),
        Fault("templates/planted.html", '<a href="x">{{ one.name|default:"-" }}</a>', "text of a user"),
    ],
    "translations": [
        Fault("templates/planted.html", "{% load i18n %}{% translate 'Never heard of' %}", "Never heard of"),
        Fault("apps/grants/rules.py", "_('Never heard of')", "Never heard of"),
        Fault("apps/grants/rules.py", "_(f'Never {heard} of')", "must be a plain string"),
        Fault("locale/da/LC_MESSAGES/django.po", 'msgid "Gone"\nmsgstr "Væk"', "nothing says 'Gone' any more"),
        Fault("locale/da/LC_MESSAGES/django.po", 'msgid "Gone"\nmsgstr "Væk"', "is not what django.po compiles to"),
    ],
    "upgrades": [
        Fault("apps/grants/migrations/0002_planted.py", MIGRATION, "RemoveField(accessgrant.starts_at)"),
        Fault("apps/grants/migrations/0001_initial.py", "# changed", "0001_initial.py was released and has changed"),
    ],
    "vocabulary": [
        Fault("templates/planted.html", "<p>Nobody sits on the be" + "nch.</p>", "planted.html:2: text: 'be" + "nch'"),
        Fault("apps/grants/rules.py", "_('Your grant is in fo" + "rce.')", "text: 'in fo" + "rce'"),
        Fault("apps/grants/rules.py", "def give_se" + "at(person): ...", "name: 'se" + "at'"),
        Fault("docs/for-owners.md", "It stays so for ev" + "er.", "docs: 'for ev" + "er'"),
        Fault("docs/glossary.md", "| `x` |", "no rows under '## Retired words'", new=True),
    ],
}
# These ask Django or mypy and have their controls in test_outside.py and test_models.py.
ELSEWHERE = {"imports", "personal-fields", "cascades", "system", "deployment", "migrations", "types"}
# `make test` plants the first fault of each check, `make test-all` plants all of them.
PLANTED = [
    pytest.param(name, fault, id=f"{name}: {fault.says}", marks=[pytest.mark.exhaustive] if number else [])
    for name, faults in FAULTS.items()
    for number, fault in enumerate(faults)
]


@pytest.mark.parametrize(
    "compared",
    [
        "row.token == shown", "shown != row.token", "digest(shown) == row.digest", "row.key_digest == x",
        "refresh_token == old", "device_code != x", "user_code == typed", "password == x", "a == b == c.secret",
        "f(row.refresh_digest == x)", "[t for t in tokens if t.access_token == shown]",
    ],
)  # fmt: skip
def test_t51_no_secret_is_compared_by_equality(compared: str, tree: Path) -> None:
    """T51: the time a comparison takes tells how much of a guess was right."""
    Fault("apps/identity/rules.py", f"WHAT = lambda row, shown, x: {compared}", says="").plant(tree)
    assert "compare_digest" in "\n".join(CHECKS["safety"](tree))


@pytest.mark.parametrize(("name", "fault"), PLANTED)
def test_a_planted_fault_is_found(name: str, fault: Fault, tmp_path: Path) -> None:
    """In a copy of the tree; for the vocabulary in a copy of the planted file and the glossary: it reads each file by
    itself, and takes ten seconds for the whole tree.
    """
    only = (fault.path, GLOSSARY) if name == "vocabulary" else ()
    tree = planting.copy(tmp_path / "tree", only=only)
    fault.plant(tree)
    assert fault.says in "\n".join(CHECKS[name](tree))


def test_every_ban_is_found_and_names_its_remedy(tree: Path) -> None:
    uses = "\n".join(f"import {name.split('.')[0]}\nWHAT = {name}" for name in BANS)
    Fault("apps/grants/rules.py", uses, says="").plant(tree)
    found = "\n".join(CHECKS["style"](tree))
    assert [name for name, ban in BANS.items() if f"`{name}` is banned: {ban['msg']}" not in found] == []


def test_every_check_has_a_fault_that_it_must_find() -> None:
    assert set(FAULTS) | ELSEWHERE == set(CHECKS)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("states", "def f(rows):\n    return rows.filter(state='draft').exclude(state__in=[])"),
        ("states", "def f(session, state):\n    session['state'] = state"),
        ("safety", "def f(token):\n    return token == ''"),
        ("safety", "def f(a, b):\n    return hmac.compare_digest(a.token, b)"),
        ("safety", "def f(q, facts):\n    return q.filter(**facts)"),
    ],
)
def test_what_is_allowed_is_not_found(name: str, text: str, tree: Path) -> None:
    before = CHECKS[name](tree)
    Fault("apps/grants/rules.py", text, says="").plant(tree)
    assert CHECKS[name](tree) == before
