"""In which capacities people sign an agreement, and who of them receives access to the data.

A signer gets a grant only if their capacity is listed here with `receives_access`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class SigningCapacity:
    """The properties of one signing capacity."""

    receives_access: bool


CAPACITIES: dict[str, SigningCapacity] = {
    "applicant": SigningCapacity(receives_access=True),
    "member": SigningCapacity(receives_access=True),
    "owner": SigningCapacity(receives_access=False),
}


def receiving_access() -> list[str]:
    """The capacities whose signers get a grant once the agreement is fully signed."""
    return [name for name, capacity in CAPACITIES.items() if capacity.receives_access]
