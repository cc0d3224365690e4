"""A visa issuer on loopback, and every way in which a visa can be wrong; each with the code of why it is left aside."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import jwt
from django.test import Client

from apps.core import clock
from apps.core.actors import CONSOLE
from apps.identity.oidc import passports
from apps.people.commands.visas import trust_visa_issuer
from apps.people.models import Person, VisaIssuer
from apps.people.models import Provider as Row
from apps.people.sign_in import PresentedVisa
from tests.identity import browser
from tests.identity.provider import Facts, Provider, b64, ec_key, public, rsa_key, token, written

SOURCE = "https://nordvik.example"
STATUS = "https://doi.org/10.1038/s41431-018-0219-y"
ELSEWHERE = "https://visas.elsewhere.example"


@dataclass
class Issuer:
    """What signs visas: a key of its own, published at one address."""

    server: Provider
    kid: str = "visa-key"

    def __post_init__(self) -> None:
        self.server.published = [public(rsa_key("visas"), self.kid), public(ec_key("visas"), "visa-ec")]

    @property
    def name(self) -> str:
        return f"{self.server.issuer}/visas"

    @property
    def jku(self) -> str:
        return f"{self.server.issuer}/jwks"

    def trust(self, provider: Row | None, **other: Any) -> VisaIssuer:
        """The portal trusts it, about the people of that provider."""
        facts = {"title": "Visas of the north", "issuer": self.name, "jku": self.jku, "sources": [SOURCE]}
        return trust_visa_issuer("north", by=CONSOLE, **{**facts, "provider": provider, **other})

    def header(self, **other: Any) -> Facts:
        return {"alg": "RS256", "kid": self.kid, "typ": "vnd.ga4gh.visa+jwt", "jku": self.jku, **other}

    def claims(self, visa: Any = None, **other: Any) -> Facts:
        now = int(time.time())
        said = {"iss": self.name, "sub": "ann", "iat": now - 10, "exp": now + 3600, "jti": "1"}
        return {**said, "ga4gh_visa_v1": status() if visa is None else visa, **other}

    def mint(self, visa: Any = None, *, header: Any = None, key: Any = None, **claims: Any) -> str:
        """A visa; by default, one that is accepted."""
        return token(header or self.header(), self.claims(visa, **claims), key or rsa_key("visas"))


def status(**other: Any) -> Facts:
    asserted = int(time.time()) - 100
    said = {"type": "ResearcherStatus", "asserted": asserted, "value": STATUS, "source": SOURCE, "by": "so"}
    return {**said, **other}


def role(**other: Any) -> Facts:
    return status(type="AffiliationAndRole", value="faculty@nordvik.example", **other)


def links(*identities: tuple[str, str]) -> Facts:
    value = ";".join(f"{quote(sub, safe='')},{quote(iss, safe='')}" for sub, iss in identities)
    return status(type="LinkedIdentities", value=value, by="system")


def without(said: Facts, *names: str) -> Facts:
    return {name: value for name, value in said.items() if name not in names}


def unsigned(issuer: Issuer) -> str:
    return f"{b64(written(issuer.header(alg='none')))}.{b64(written(issuer.claims()))}."


def by_the_public_key(issuer: Issuer) -> str:
    """HS256 with the published key as the secret."""
    secret = json.dumps(issuer.server.published[0]).encode()
    first = f"{b64(written(issuer.header(alg='HS256')))}.{b64(written(issuer.claims()))}"
    return f"{first}.{b64(hmac.new(secret, first.encode(), hashlib.sha256).digest())}"


def other_payload(issuer: Issuer) -> str:
    first, second, third = issuer.mint(status(value="https://other.example")).split(".")
    said = base64.urlsafe_b64decode(second + "==").replace(b"https://other.example", STATUS.encode())
    return f"{first}.{b64(said)}.{third}"


def twice(said: Facts) -> bytes:
    return written(said)[:-1] + b',"sub":"bob"}'


def deep(levels: int) -> Any:
    value: Any = "const:x"
    for _level in range(levels):
        value = [value]
    return value


CONDITION = {"type": "AffiliationAndRole", "value": "const:faculty@nordvik.example"}
Maker = Callable[[Issuer], Any]

# what is wrong with it: (why it is left aside, the visa)
HOSTILE: dict[str, tuple[str, Maker]] = {
    "alg none": ("form", unsigned),
    "alg none, with a signature": ("header", lambda i: i.mint(header=i.header(alg="none"))),
    "HS256 by the public key": ("header", by_the_public_key),
    "RS512": ("header", lambda i: i.mint(header=i.header(alg="RS512"))),
    "a list of algorithms": ("header", lambda i: i.mint(header=i.header(alg=["RS256"]))),
    "a key of its own inside": ("header", lambda i: i.mint(header=i.header(jwk=public(rsa_key("evil"))))),
    "a certificate elsewhere": ("header", lambda i: i.mint(header=i.header(x5u=f"{ELSEWHERE}/cert"))),
    "an unheard-of crit": ("header", lambda i: i.mint(header=i.header(crit=["exp2"]))),
    "no kid": ("header", lambda i: i.mint(header=without(i.header(), "kid"))),
    "a logout token": ("header", lambda i: i.mint(header=i.header(typ="logout+jwt"))),
    "no jku": ("format", lambda i: i.mint(header=without(i.header(), "jku"))),
    "a list of addresses": ("format", lambda i: i.mint(header=i.header(jku=[i.jku]))),
    "an access token": ("format", lambda i: i.mint(scope="openid ga4gh_passport_v1")),
    "made for somebody": ("format", lambda i: i.mint(aud="another-client")),
    "jku elsewhere": ("jku", lambda i: i.mint(header=i.header(jku=f"{ELSEWHERE}/jwks"))),
    "jku with a slash": ("jku", lambda i: i.mint(header=i.header(jku=f"{i.jku}/"))),
    "jku with a question": ("jku", lambda i: i.mint(header=i.header(jku=f"{i.jku}?x=1"))),
    "jku in capitals": ("jku", lambda i: i.mint(header=i.header(jku=i.jku.upper()))),
    "jku by another name": ("jku", lambda i: i.mint(header=i.header(jku=i.jku.replace("127.0.0.1", "localhost")))),
    "jku to a file": ("jku", lambda i: i.mint(header=i.header(jku="file:///etc/passwd"))),
    "issuer elsewhere": ("issuer", lambda i: i.mint(iss=ELSEWHERE)),
    "issuer with a slash": ("issuer", lambda i: i.mint(iss=f"{i.name}/")),
    "issuer with a space": ("issuer", lambda i: i.mint(iss=f"{i.name} ")),
    "issuer in a list": ("issuer", lambda i: i.mint(iss=[i.name])),
    "no issuer": ("issuer", lambda i: token(i.header(), without(i.claims(), "iss"), rsa_key("visas"))),
    "an unknown kid": ("signature", lambda i: i.mint(header=i.header(kid="nobody-published-it"))),
    "another's key": ("signature", lambda i: i.mint(key=rsa_key("evil"))),
    "the provider's key": ("signature", lambda i: i.mint(key=rsa_key())),
    "another payload": ("signature", other_payload),
    "ES256 said, RS256 done": ("signature", lambda i: i.mint(header=i.header(alg="ES256"))),
    "expired": ("expired", lambda i: i.mint(exp=int(time.time()) - 1)),
    "no end": ("times", lambda i: token(i.header(), without(i.claims(), "exp"), rsa_key("visas"))),
    "an end in words": ("times", lambda i: i.mint(exp="tomorrow")),
    "endless": ("times", lambda i: i.mint(exp=1e300)),
    "made tomorrow": ("times", lambda i: i.mint(iat=int(time.time()) + 86_400)),
    "no beginning": ("times", lambda i: token(i.header(), without(i.claims(), "iat"), rsa_key("visas"))),
    "Not started": ("times", lambda i: i.mint(nbf=int(time.time()) + 600)),
    "no subject": ("form", lambda i: token(i.header(), without(i.claims(), "sub"), rsa_key("visas"))),
    "a subject with a line end": ("form", lambda i: i.mint(sub="ann\n")),
    "a number as subject": ("form", lambda i: i.mint(sub=7)),
    "somebody else": ("identity", lambda i: i.mint(sub="bob")),
    "in capitals": ("identity", lambda i: i.mint(sub="ANN")),
    "no visa inside": ("form", lambda i: i.mint([])),
    "a visa in words": ("form", lambda i: i.mint("ResearcherStatus")),
    "no type": ("form", lambda i: i.mint(without(status(), "type"))),
    "no value": ("form", lambda i: i.mint(without(status(), "value"))),
    "no source": ("form", lambda i: i.mint(without(status(), "source"))),
    "never asserted": ("form", lambda i: i.mint(without(status(), "asserted"))),
    "asserted tomorrow": ("form", lambda i: i.mint(status(asserted=int(time.time()) + 86_400))),
    "a list of values": ("form", lambda i: i.mint(status(value=[STATUS]))),
    "a nested type": ("form", lambda i: i.mint(status(type={"type": "ResearcherStatus"}))),
    "a very long value": ("form", lambda i: i.mint(status(value="x" * 2001))),
    "too long altogether": ("form", lambda i: i.mint(status(other="x" * 20_000))),
    "said by true": ("form", lambda i: i.mint(status(by=True))),
    "another source": ("source", lambda i: i.mint(status(source="https://evil.example"))),
    "a source with a slash": ("source", lambda i: i.mint(status(source=f"{SOURCE}/"))),
    "another status": ("other_status", lambda i: i.mint(status(value=f"{STATUS}#2"))),
    "a status with a space": ("form", lambda i: i.mint(status(value=f"{STATUS} "))),
    "one's own word": ("by", lambda i: i.mint(status(by="self"))),
    "a colleague's word": ("by", lambda i: i.mint(status(by="peer"))),
    "nobody's word": ("by", lambda i: i.mint(without(status(), "by"))),
    "an odd word": ("by", lambda i: i.mint(status(by="SO"))),
    "other terms": ("other_terms", lambda i: i.mint(status(type="AcceptedTermsAndPolicies"))),
    "of no use": ("unused", lambda i: i.mint(role())),
    "of a type unheard of": ("unused", lambda i: i.mint(status(type="https://example.org/visa"))),
    "a type in capitals": ("unused", lambda i: i.mint(status(type="RESEARCHERSTATUS"))),
    "no such role": ("conditions", lambda i: i.mint(status(conditions=[[CONDITION]]))),
    "conditions in words": ("conditions", lambda i: i.mint(status(conditions="none"))),
    "conditions of nothing": ("conditions", lambda i: i.mint(status(conditions=None))),
    "an empty alternative": ("conditions", lambda i: i.mint(status(conditions=[[]]))),
    "a deep condition": ("conditions", lambda i: i.mint(status(conditions=deep(200)))),
    "a condition on its kind": ("conditions", lambda i: i.mint(status(conditions=[[{**CONDITION, "by": "const:x"}]]))),
    "a thousand conditions": ("conditions", lambda i: i.mint(status(conditions=[[CONDITION]] * 100))),
    "two parts": ("form", lambda i: i.mint().rpartition(".")[0]),
    "five parts": ("form", lambda i: f"{i.mint()}.a.b"),
    "no JSON": ("form", lambda i: token(b"{alg}", i.claims(), rsa_key("visas"))),
    "a claim twice": ("form", lambda i: token(i.header(), twice(i.claims()), rsa_key("visas"))),
    "a number": ("form", lambda _i: 7),
    "nothing": ("form", lambda _i: None),
    "an object": ("form", lambda i: i.claims()),
    "a list in a list": ("form", lambda i: [i.mint()]),
    "an empty text": ("form", lambda _i: ""),
}  # fmt: skip


def naive(visa: str) -> bool:
    """How a visa is taken by code that trusts it to say where its keys are, as examples on the web do."""
    header = jwt.get_unverified_header(visa)
    if header["alg"] == "none":
        said = jwt.decode(visa, options={"verify_signature": False})
    else:
        with urlopen(header["jku"]) as answer:
            keys = {one["kid"]: one for one in json.load(answer)["keys"]}
        key = jwt.PyJWK(keys[header["kid"]], algorithm=header["alg"]).key
        said = jwt.decode(visa, key=key, algorithms=[header["alg"]], options={"verify_aud": False})
    return said["ga4gh_visa_v1"]["type"] == "ResearcherStatus"


def read(broker: Row, *tokens: Any, subject: str = "ann") -> list[PresentedVisa]:
    """What the passport of Ann's sign-in at this provider holds."""
    return passports.visas_of(broker, subject, {"ga4gh_passport_v1": list(tokens)}, now=clock.now().timestamp())


def whys(broker: Row, *tokens: Any) -> list[str]:
    return [one.why for one in read(broker, *tokens)]


def sign_in(provider: Provider, *tokens: Any) -> tuple[Client, Person]:
    """Ann signs in and brings these visas."""
    provider.person["ga4gh_passport_v1"] = list(tokens)
    client = Client(raise_request_exception=False)
    answer = browser.sign_in(client, provider)
    assert answer.status_code == 302, answer.content.decode()[-500:]
    person = browser.person_in(client)
    assert person is not None
    return client, person
