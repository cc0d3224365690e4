"""The countries of ISO 3166-1 and their two-letter codes, from the list that the tz database has of them."""

from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def names() -> MappingProxyType[str, str]:
    """The English short name of each country, by its code."""
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return MappingProxyType({code: name for code, name, *_rest in rows})


@cache
def _by_name() -> MappingProxyType[str, str]:
    known = {name.casefold(): code for code, name in names().items()}
    return MappingProxyType(known | {name.casefold(): code for name, code in OTHER_NAMES.items()})


# Names that people type and the list does not have.
OTHER_NAMES = {
    "United Kingdom": "GB", "Great Britain": "GB", "UK": "GB", "USA": "US", "United States of America": "US",
    "Czechia": "CZ", "Turkey": "TR", "Macedonia": "MK", "South Korea": "KR", "Danmark": "DK", "Norge": "NO",
    "Sverige": "SE", "Tyskland": "DE", "Deutschland": "DE", "Holland": "NL", "Storbritannien": "GB", "Frankrig": "FR",
    "Færøerne": "FO", "Grønland": "GL", "Island": "IS", "Suomi": "FI",
}  # fmt: skip


def name_of(code: str) -> str:
    """The name of the country with this code; the code itself if there is none."""
    return names().get(code, code)


def find(words: str) -> str:
    """The code of the country that `words` name (a code, or a name in any case); empty if they name none."""
    words = " ".join(words.split())
    if words.upper() in names():
        return words.upper()
    return _by_name().get(words.casefold(), "")
