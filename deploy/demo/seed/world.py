"""What the seed has made so far."""

from dataclasses import dataclass, field
from pathlib import Path

from apps.committees.models import Committee
from apps.datasets.models import Dataset
from apps.people.models import Institution, Person

TEXTS = Path(__file__).parent / "texts"


@dataclass
class World:
    """Everything by its short key; people and institutions by the keys of deploy/demo/people.py."""

    institutions: dict[str, Institution] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    committees: dict[str, Committee] = field(default_factory=dict)
    datasets: dict[str, Dataset] = field(default_factory=dict)
