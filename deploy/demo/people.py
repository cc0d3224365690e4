"""The people of the demo: the identity provider signs them in, and the seed gives them their places.

All are invented, and so are their institutions; the domains end in .example and cannot receive mail.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoInstitution:
    """Where somebody works."""

    key: str
    name: str
    domain: str
    country: str  # ISO 3166-1 alpha-2


@dataclass(frozen=True)
class DemoPerson:
    """An account at the demo identity provider; `subject` never changes, whatever the name or e-mail becomes."""

    key: str
    subject: str
    name: str
    email: str
    password: str
    institution: str
    what_for: str
    groups: tuple[str, ...] = ()  # what their institution says they are part of
    amr: tuple[str, ...] = ("pwd",)  # how they prove who they are (RFC 8176)


# Whoever the provider says is in it has the auditor role: mapped by the seed, as `manage.py provider map` does.
AUDITORS = "gatehouse:auditors"

INSTITUTIONS = [
    DemoInstitution("nordvik", "Nordvik University Hospital", "nordvik.example", "NO"),
    DemoInstitution("lindholm", "University of Lindholm", "lindholm.example", "SE"),
    DemoInstitution("sundby", "Sundby Cancer Registry", "sundby.example", "DK"),
    DemoInstitution("saarela", "Saarela Institute of Public Health", "saarela.example", "FI"),
]

PEOPLE = [
    DemoPerson(
        "applicant",
        "8f0c2f5e-5d0b-4c39-9a55-3b5d6c1f7a01",
        "Ingrid Holm",
        "ingrid.holm@nordvik.example",
        "fjord-applicant",
        "nordvik",
        "requests access, signs, downloads; signs in with a password and a code",
        amr=("pwd", "otp"),
    ),
    DemoPerson(
        "applicant2",
        "2b7d9c44-1f6e-4a0a-8d3b-90e4f7c2a902",
        "Mateusz Zielinski",
        "mateusz.zielinski@lindholm.example",
        "birch-applicant",
        "lindholm",
        "a second applicant, at another institution",
    ),
    DemoPerson(
        "chair",
        "c1a4e8d3-7b52-4f19-b6c0-5e2f8d9a3b03",
        "Astrid Bergström",
        "astrid.bergstrom@sundby.example",
        "amber-chair",
        "sundby",
        "chairs the breast cancer committee; accepts requests for review, votes, breaks ties",
    ),
    DemoPerson(
        "member1",
        "5d3b6f20-9c8e-4d71-a2f4-1c7e0b8d4c04",
        "Jonas Kjær",
        "jonas.kjaer@sundby.example",
        "heather-member",
        "sundby",
        "member of the breast cancer committee",
    ),
    DemoPerson(
        "member2",
        "e96a0d17-3c4f-4b82-8e5d-7f1b2a6c5d05",
        "Leila Haddad",
        "leila.haddad@lindholm.example",
        "willow-member",
        "lindholm",
        "member of the breast cancer committee",
    ),
    DemoPerson(
        "owner",
        "7a2e5b91-6d0c-4f38-9b1e-4d8c3f7a6e06",
        "Søren Dahl",
        "soren.dahl@sundby.example",
        "granite-owner",
        "sundby",
        "publishes datasets, countersigns agreements, revokes",
    ),
    DemoPerson(
        "official",
        "b48f1c6d-0e7a-4953-a8d2-6c9e5b0f7f07",
        "Elisabeth Moe",
        "elisabeth.moe@nordvik.example",
        "harbour-official",
        "nordvik",
        "signs for Nordvik University Hospital",
    ),
    DemoPerson(
        "auditor",
        "39d7e2a8-4b1c-4c60-b7f5-8a0d6e3c8008",
        "Pekka Virtanen",
        "pekka.virtanen@saarela.example",
        "lantern-auditor",
        "saarela",
        "reads the event log, changes nothing; has the role from sign-in",
        groups=(AUDITORS,),
    ),
    DemoPerson(
        "operator",
        "0c5b8e3f-2a9d-4e74-8c16-b3f7d1a4e109",
        "Tove Lund",
        "tove.lund@sundby.example",
        "beacon-operator",
        "sundby",
        "keeps the portal running; has no access to data",
    ),
    DemoPerson(
        "operator2",
        "7f1d5a92-6c3e-4b08-a9d4-0e8b2c6f4d14",
        "Aino Koskela",
        "aino.koskela@saarela.example",
        "signal-operator",
        "saarela",
        "the second operator: two are needed to resume downloads after an emergency stop",
    ),
    DemoPerson(
        "chair2",
        "d27a9f4b-8e30-4b5d-9f6a-0e1c7b5d2a10",
        "Hanna Nieminen",
        "hanna.nieminen@saarela.example",
        "juniper-chair",
        "saarela",
        "chairs the lung cancer committee",
    ),
    DemoPerson(
        "member3",
        "61e4c0b7-d58a-4f92-8b3c-2d9f7a0e3b11",
        "Olav Strand",
        "olav.strand@nordvik.example",
        "cedar-member",
        "nordvik",
        "member of the lung cancer committee",
    ),
    DemoPerson(
        "colleague",
        "f3b8a65c-7c19-4d0e-a4e7-9b2d5f8c4c12",
        "Freja Winther",
        "freja.winther@nordvik.example",
        "meadow-colleague",
        "nordvik",
        "a colleague of the applicant who has no grant; her affiliation with the hospital expires soon",
    ),
    DemoPerson(
        "leaver",
        "94c2d7e8-1a6b-4f35-8e0d-6b3a9c5f2d13",
        "Nils Aaberg",
        "nils.aaberg@nordvik.example",
        "harvest-leaver",
        "nordvik",
        "has left the hospital; his access is suspended until his affiliation is confirmed again",
    ),
    DemoPerson(
        "applicant3",
        "a6e1f0c9-5b27-4d83-9c4f-3e8d7b1a6c15",
        "Sofia Nyberg",
        "sofia.nyberg@lindholm.example",
        "rowan-applicant",
        "lindholm",
        "a third applicant: reports conditions, answers a committee's form, was approved by a rule",
    ),
    DemoPerson(
        "student",
        "3c9a7d15-8e42-4b6f-a1d0-5f7c2e9b4d16",
        "Emil Sandberg",
        "emil.sandberg@lindholm.example",
        "pencil-student",
        "lindholm",
        "a student in a class: confirmed, signed, has access",
    ),
    DemoPerson(
        "student2",
        "b80e4f62-1d7c-49a3-8f25-c6a1d3e70b17",
        "Ylva Ekdahl",
        "ylva.ekdahl@lindholm.example",
        "pencil-student2",
        "lindholm",
        "a student who is invited to a class and to a project, and has answered neither",
    ),
    DemoPerson(
        "student3",
        "57f2c8a9-4b03-4e1d-92c6-0d8b5a3f1e18",
        "Viktor Lindgren",
        "viktor.lindgren@lindholm.example",
        "pencil-student3",
        "lindholm",
        "a student who confirmed a place in a class and has to sign",
    ),
]

VISA_SOURCE = "https://registry.nordvik.example"  # the source of the claims in the demo's visas


def person(key: str) -> DemoPerson:
    """The demo person of that key."""
    return next(one for one in PEOPLE if one.key == key)
