"""The modifiers of DUO and the portal's own conditions, each against the answers that it is about."""

from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.countries import code_of, members, name_of
from apps.datasets.matching.asking import Asked, combined
from apps.datasets.matching.facts import folded
from apps.datasets.matching.outcome import Change, Line


def _answered(asked: Asked, name: str, *, wanted: Any, sentences: tuple[str, str, str], change: str) -> Line:
    """A question with one right answer: the sentences for the right answer, for another, and for none."""
    said, fits, denies, unknown = getattr(asked.purpose, name), *sentences
    if said is None:
        return asked.asks(unknown, Change(name, wanted, change))
    return asked.fits(fits) if said == wanted else asked.denies(denies, Change(name, wanted, change))


def _agreed(asked: Asked, name: str, *, duty: str, refused: str, change: str) -> Line:
    """An obligation that the applicant agrees to."""
    said = getattr(asked.purpose, name)
    if said:
        return asked.obliges(duty)
    help_ = Change(name, True, change)
    if said is None:
        return asked.asks(_("Not agreed to yet: %(duty)s") % {"duty": duty}, help_)
    return asked.denies(refused, help_)


# ---------------------------------------------------------------------------------------------- what research it is
def no_ancestry(asked: Asked) -> Line:
    if asked.purpose.kind == "ancestry":
        return asked.denies(_("Research on population origins or ancestry is not allowed."))
    return _answered(asked, "ancestry", wanted=False, change=_("Leave out research on population origins or ancestry."),
        sentences=(_("No research on population origins or ancestry, as required."),
                   _("Research on population origins or ancestry is not allowed."),
                   _("The request does not say whether the project studies origins or ancestry.")))  # fmt: skip


def no_methods(asked: Asked) -> Line:
    if asked.purpose.kind == "methods":
        return asked.denies(_("Method development is not allowed."))
    return _answered(asked, "methods", wanted=False, change=_("Leave out method development."),
        sentences=(_("No method development, as required."), _("Method development is not allowed."),
                   _("The request does not say whether the project develops methods.")))  # fmt: skip


def genetic_only(asked: Asked) -> Line:
    line = _answered(asked, "genetic", wanted=True, change=_("If it is a genetic study, say so."),
        sentences=(_("It is a genetic study, as required."), _("Only genetic studies are allowed."),
                   _("The request does not say whether this is a genetic study.")))  # fmt: skip
    return line if asked.purpose.genetic is not False else asked.denies(line.sentence)


def restricted(asked: Asked) -> Line:
    """RS: a restriction in words, which only a person can compare."""
    return asked.asks(_("The committee checks the project against this restriction."))


# ------------------------------------------------------------------------------------------------------- who it is for
def no_commercial_use(asked: Asked) -> Line:
    return _answered(asked, "commercial", wanted=False, change=_("Use the data only for non-commercial purposes."),
        sentences=(_("The use is not commercial, as required."), _("Commercial use is not allowed."),
                   _("The request does not say whether the use is commercial.")))  # fmt: skip


def not_for_profit(asked: Asked) -> Line:
    organisations = asked.purpose.organisations
    if not organisations:
        said = _("The request does not say which kinds of organisations use the data.")
        return asked.asks(said, Change("organisations", None, _("Say which kinds of organisations use the data.")))
    if "company" in organisations:
        rest = organisations - {"company"}
        changes = [Change("organisations", rest, _("Carry out the project without a company."))] if rest else []
        return asked.denies(_("For-profit organisations may not use the data."), *changes)
    return asked.fits(_("No for-profit organisation takes part, as required."))


def not_for_profit_nor_commercial(asked: Asked) -> Line:
    """NPUNCU is stricter than NPU and NCU; both are asked."""
    return combined([not_for_profit(asked), no_commercial_use(asked)])


def in_region(asked: Asked) -> Line:
    """GS: every recipient and every place of processing is in a named country."""
    codes = [code_of(value, "en") for value in asked.values]
    allowed = members(code for code in codes if code)
    homes = [one.country for one in asked.recipients or ()]
    people = asked.purpose.countries | set(homes) - {""} if asked.purpose.countries else None
    lines = [
        _places(asked, "countries", people, allowed, free="" in codes,
                unknown=_("The request does not say in which countries people use the data."),
                answer=_("Say in which countries people use the data.")),
        _places(asked, "processing", asked.purpose.processing, allowed, free="" in codes,
                unknown=_("The request does not say where the data are processed."),
                answer=_("Say where the data are processed.")),
    ]  # fmt: skip
    if set(homes) - {""} - allowed and "" not in codes and allowed:
        lines.append(asked.denies(_outside(set(homes) - {""} - allowed)))
    if "" in homes:
        lines.append(asked.asks(_("The portal does not know the country of an institution.")))
    return combined(lines)


def _places(
    asked: Asked,
    name: str,
    said: frozenset[str] | None,
    allowed: frozenset[str],
    *,
    free: bool,
    unknown: str,
    answer: str,
) -> Line:
    """The countries of one answer; `free` is a region in words beside or instead of the allowed countries."""
    if not said:
        return asked.asks(unknown, Change(name, None, answer))
    outside = said - allowed
    if not outside:
        return asked.fits(_("The people and the processing are in the allowed countries."))
    if free or not allowed:
        return asked.asks(_("The committee checks whether the countries are in the named region."))
    inside, help_ = said & allowed, _("Process the data in an allowed country.")
    return asked.denies(_outside(outside), *([Change(name, inside or None, help_)] if name == "processing" else []))


def _outside(codes: Iterable[str]) -> str:
    return _("Outside the allowed countries: %(names)s.") % {"names": ", ".join(sorted(map(name_of, codes)))}


def approved_people(asked: Asked) -> Line:
    """US: everybody who would use the data is on the list, by an identifier that the portal has verified."""
    return _listed(asked, None if asked.recipients is None else [one.person for one in asked.recipients],
        _("Everyone is on the list of approved people."), _("Someone is not on the list of approved people."),
        is_proof=lambda entry: "@" in entry or entry.replace("-", "").replace("x", "").isdigit())  # fmt: skip


def approved_institutions(asked: Asked) -> Line:
    """IS: everybody's institution is on the list."""
    return _listed(asked, None if asked.recipients is None else [one.institution for one in asked.recipients],
        _("Every institution is on the list."), _("An institution is not on the list of approved institutions."),
        is_proof=bool)  # fmt: skip


def approved_projects(asked: Asked) -> Line:
    """PS: the project is on the list."""
    name = asked.purpose.project
    if not name or not name.strip():
        change = Change("project", None, _("Name the approved project."))
        return asked.asks(_("The request does not name the approved project."), change)
    return _listed(asked, [frozenset({name})], _("The project is on the list."),
                   _("The project is not on the list of approved projects."), is_proof=bool)  # fmt: skip


def _listed(asked: Asked, known: Iterable[frozenset[str]] | None, fits: str, denies: str, *, is_proof: Any) -> Line:
    """Each of `known` has a name on the list; an entry that proves nothing (a mere name of a person) asks a person."""
    entries = {folded(value) for value in asked.values} - {""}
    proofs = {entry for entry in entries if is_proof(entry)}
    names = None if known is None else [{folded(one) for one in each} - {""} for each in known]
    if not entries or not names or not all(names):
        return asked.asks(_("The committee checks the request against this list."))
    if all(each & proofs for each in names):
        return asked.fits(fits)
    if entries - proofs:
        return asked.asks(_("The committee checks the request against this list."))
    return asked.denies(denies)


# ------------------------------------------------------------------------------------------------ what must be done
def ethics_approval(asked: Asked) -> Line:
    """IRB: without an approval no; its last day limits the access."""
    said, until = asked.purpose.ethics, asked.purpose.ethics_until
    ended = until is not None and until < asked.today
    renewed = [Change("ethics_until", None, _("Renew the ethics approval."))] if ended else []
    if said != "approved":
        approved = Change("ethics", "approved", _("Get ethics approval, then change your answer."))
        if said is None:
            return asked.asks(
                _("The request does not say whether the project has ethics approval."), approved, *renewed
            )
        return asked.denies(_("Ethics approval is required."), approved, *renewed)
    if until is None:
        state = Change("ethics_until", None, _("Enter the last day of the ethics approval."))
        return asked.asks(_("The request does not say when the ethics approval ends."), state)
    shown = date_format(until, "j M Y")
    if ended:
        return asked.denies(_("The ethics approval ended on %(day)s.") % {"day": shown}, *renewed)
    return asked.fits(_("The ethics approval is valid until %(day)s.") % {"day": shown}, cap=until)


def moratorium(asked: Asked) -> Line:
    """MOR: nothing is published before the day."""
    if asked.day is None:
        return asked.asks(_("The dataset does not say from which day results may be published."))
    shown = date_format(asked.day, "j M Y")
    if asked.day <= asked.today:
        return asked.fits(_("Results may be published: the waiting time ended on %(day)s.") % {"day": shown})
    return asked.obliges(_("Do not publish results before %(day)s.") % {"day": shown}, due=asked.day)


def publish(asked: Asked) -> Line:
    return _agreed(asked, "publish", duty=_("Publish the results."), change=_("Agree to publish the results."),
                   refused=_("The results must be published."))  # fmt: skip


def return_results(asked: Asked) -> Line:
    return _agreed(asked, "return_results", duty=_("Return the results to the source of the data."),
                   change=_("Agree to return the results."), refused=_("The results must be returned."))  # fmt: skip


def collaborate(asked: Asked) -> Line:
    names = ", ".join(asked.values)
    if not names:
        return asked.asks(_("The dataset does not say whom to collaborate with."))
    duty = _("Collaborate with %(names)s, and attach their agreement.") % {"names": names}
    return _agreed(asked, "collaborate", duty=duty,
                   change=_("Agree to collaborate."), refused=_("Collaboration is required."))  # fmt: skip


# -------------------------------------------------------------------------------------------- the portal's own codes
def no_reidentification(asked: Asked) -> Line:
    return _answered(asked, "reidentify", wanted=False, change=_("Do not try to identify people."),
        sentences=(_("Nobody tries to identify people, as required."), _("Identifying people is not allowed."),
                   _("The request does not say whether the project tries to identify people.")))  # fmt: skip


def no_ai_training(asked: Asked) -> Line:
    return _answered(asked, "ai", wanted="no", change=_("Do not train AI models on these data."),
        sentences=(_("No AI models are trained, as required."), _("Training AI models is not allowed."),
                   _("The request does not say whether the project trains AI models.")))  # fmt: skip


def opt_out_applied(asked: Asked) -> Line:
    return asked.obliges(_("When the dataset owner tells you that someone has opted out, delete their data."))
