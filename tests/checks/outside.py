"""The checks that other people's programs make: ruff, djlint, mypy, import-linter and Django itself."""

from pathlib import Path

from tests.checks.run import findings

TEST_SETTINGS = "tests.settings"


def style(root: Path) -> list[str]:
    """ruff finds nothing to say, and each banned import has its remedy in the message."""
    return findings(root, "ruff", "check", "--quiet", "--output-format", "concise", ".")


def formatting(root: Path) -> list[str]:
    """Every file is laid out by the formatter."""
    return findings(root, "ruff", "format", "--check", "--output-format", "concise", ".")


def markup(root: Path) -> list[str]:
    """djlint finds the templates well formed."""
    return findings(root, "djlint", "templates", "--lint", "--quiet")


def types(root: Path) -> list[str]:
    """mypy, strict, over apps and portal."""
    return findings(root, "mypy", "--no-error-summary", DJANGO_SETTINGS_MODULE=TEST_SETTINGS)


def imports(root: Path) -> list[str]:
    """The import contracts of pyproject.toml."""
    cache = root / "var" / "cache" / "imports"
    cache.mkdir(parents=True, exist_ok=True)
    return findings(root, "tests.checks.import_contracts", str(cache))


def migrations(root: Path) -> list[str]:
    """The migrations say what the models say."""
    return findings(
        root,
        *("django", "makemigrations", "--check", "--dry-run", "--verbosity", "1"),
        DJANGO_SETTINGS_MODULE=TEST_SETTINGS,
        PYTHONWARNINGS="ignore",
    )


def upgrades(root: Path) -> list[str]:
    """Released migrations are unchanged, and later ones leave the code of the previous release working."""
    return findings(root, "tests.checks.upgrades", DJANGO_SETTINGS_MODULE=TEST_SETTINGS)


def system(root: Path) -> list[str]:
    """Django's own checks and those of portal/checks.py, with a warning counted as an error."""
    return findings(root, "django", "check", "--fail-level", "WARNING", DJANGO_SETTINGS_MODULE=TEST_SETTINGS)


def deployment(root: Path) -> list[str]:
    """The production settings start from the sample environment and pass `check --deploy`."""
    return findings(
        root,
        *("django", "check", "--deploy", "--fail-level", "WARNING"),
        DJANGO_SETTINGS_MODULE="portal.settings.production",
        **sample_environment(root),
    )


def sample_environment(root: Path) -> dict[str, str]:
    """The variables of deploy/env.sample, with a stand-in for each secret it leaves empty."""
    sample = root / "deploy" / "env.sample"
    if not sample.exists():
        return {}
    lines = (line.partition("=") for line in sample.read_text(encoding="utf-8").splitlines())
    pairs = {name.strip(): value.strip().strip("'\"") for name, equals, value in lines if equals and name[:1] != "#"}
    return {name: value or "stand-in-for-a-secret-that-a-person-fills-in-0123456789" for name, value in pairs.items()}
