"""The datasets: real public files with true descriptions."""

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from apps.datasets import commands as datasets
from apps.datasets.conditions import Use
from apps.datasets.models import Dataset, Version
from apps.datasets.queries import open_proposal
from deploy.demo.seed.world import World
from portal import consequences

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Described:
    """One dataset as its owner describes it."""

    slug: str
    title: str
    summary: str
    description: str
    keywords: str
    licence: str
    attribution: str
    access: str
    files: tuple[str, ...]
    committee: str = ""
    conditions: tuple[str, ...] = field(default=())  # a code, and after a space its value
    longest_grant_days: int = 365
    requires_second_factor: bool = False


GBSG2 = Described(
    slug="gbsg2",
    title="German Breast Cancer Study Group 2",
    summary="Recurrence-free survival of 686 women with node-positive breast cancer, by hormone therapy.",
    description="""A randomised trial with a two-by-two design, run in 41 German centres from 1984 to 1989. It \
compared three with six cycles of chemotherapy, and additional hormone therapy with none. These are the 686 women \
with complete records who were analysed for prognostic factors.

One row is one woman.

horTh: hormone therapy (yes, no)
age: age in years
menostat: menopausal status (Pre, Post)
tsize: size of the tumour in mm
tgrade: grade of the tumour (I, II, III)
pnodes: number of positive lymph nodes
progrec: progesterone receptor in fmol
estrec: oestrogen receptor in fmol
time: recurrence-free survival time in days
cens: 1 if recurrence or death was observed, 0 if censored""",
    keywords="breast cancer, survival, randomised trial, hormone therapy, oncology",
    licence="MIT (public teaching data)",
    attribution="Schumacher M et al. (1994), J Clin Oncol 12, 2086-2093. File as distributed with lifelines.",
    access=Dataset.Access.CONTROLLED,
    files=("gbsg2.csv",),
    committee="breast",
    conditions=("DUO:0000006", "DUO:0000018", "DUO:0000019"),
)

LUNG = Described(
    slug="ncctg-lung",
    title="NCCTG advanced lung cancer survival",
    summary="Survival of 228 patients with advanced lung cancer, with performance scores by physician and patient.",
    description="""Patients of the North Central Cancer Treatment Group in the United States. The question was whether \
what patients say about their own performance adds to what their physicians say when survival is foretold.

One row is one patient. An empty cell means that the value was not recorded.

inst: code of the institution
time: survival time in days
status: 1 if death was observed, 0 if censored
age: age in years
sex: 1 male, 2 female
ph.ecog: ECOG performance score by the physician (0 good to 5 dead)
ph.karno: Karnofsky score by the physician (0 bad to 100 good)
pat.karno: Karnofsky score by the patient
meal.cal: calories eaten at meals
wt.loss: weight lost in the last six months, in pounds""",
    keywords="lung cancer, survival, performance status, Karnofsky, registry, oncology",
    licence="MIT (public teaching data)",
    attribution="Loprinzi CL et al. (1994), J Clin Oncol 12, 601-607. File as distributed with lifelines.",
    access=Dataset.Access.CONTROLLED,
    files=("lung.csv",),
    committee="lung",
    conditions=("DUO:0000007 MONDO:0008903", "DUO:0000021", "DUO:0000046"),
    longest_grant_days=730,
)

CYTOLOGY = Described(
    slug="wisconsin-breast-cytology",
    title="Wisconsin diagnostic breast cytology",
    summary="Thirty features of cell nuclei from 569 fine needle aspirates of breast masses, with the diagnosis.",
    description="""Features computed from digitised images of fine needle aspirates. For each of ten properties of the \
nuclei (radius, texture, perimeter, area, smoothness, compactness, concavity, concave points, symmetry, fractal \
dimension) the file has the mean, the standard error and the worst value, in this order: ten means, ten standard \
errors, ten worst values.

The first line gives the number of samples, the number of features and the names of the two classes. After that one \
row is one sample; its last column is the class (0 malignant, 1 benign).""",
    keywords="breast cancer, cytology, classification, teaching, machine learning",
    licence="CC BY 4.0",
    attribution="Wolberg W, Mangasarian O, Street N, Street W (1993), Breast Cancer Wisconsin (Diagnostic), "
    "UCI Machine Learning Repository. File as distributed with scikit-learn.",
    access=Dataset.Access.REGISTERED,
    files=("breast_cancer.csv",),
    conditions=("DUO:0000042",),
    requires_second_factor=True,
)

BRAIN = Described(
    slug="anatomical-brain-volume",
    title="Anatomical brain volume in NIfTI-1",
    summary="One small magnetic resonance volume of a head in standard space, for teaching and for testing pipelines.",
    description="""A volume of 33 by 41 by 25 voxels of 2 mm, 16 bits each, big-endian, in one NIfTI-1 file. It was \
normalised to a standard space, and is small enough to look at in any viewer and to keep in a test suite.

The file carries no names, dates or numbers of a person.""",
    keywords="imaging, MRI, NIfTI, neuroscience, teaching, test data",
    licence="MIT",
    attribution="Test data of nibabel 5.4.2.",
    access=Dataset.Access.OPEN,
    files=("anatomical.nii",),
    conditions=("DUO:0000004",),
)

PUBLISHED = {"gbsg2": GBSG2, "lung": LUNG, "cytology": CYTOLOGY, "brain": BRAIN}


def publish(world: World) -> None:
    """Four datasets are out, a fifth is still being written; a colleague helps with one of them."""
    owner = world.people["owner"]
    versions = [_enter(world, key, described) for key, described in PUBLISHED.items()]
    consequences.drain()  # the checksums
    for version in versions:
        datasets.publish(version, by=owner)
    helper = world.people["member1"]
    datasets.give_role(world.datasets["cytology"], person=helper, role=Dataset.STEWARD, by=owner)
    _draft(world)


def _enter(world: World, key: str, described: Described) -> Version:
    owner = world.people["owner"]
    dataset = datasets.draft(described.title, slug=described.slug, by=owner)
    world.datasets[key] = datasets.describe(
        dataset,
        by=owner,
        summary=described.summary,
        description=described.description,
        keywords=described.keywords,
        licence=described.licence,
        attribution=described.attribution,
        access=described.access,
        conditions=[Use(*condition.split(" ", 1)) for condition in described.conditions],
        committee=world.committees.get(described.committee),
        longest_grant_days=described.longest_grant_days,
        requires_second_factor=described.requires_second_factor,
    )
    proposal = open_proposal(dataset)
    if proposal is not None:  # the committee is at another institution than the owner
        world.datasets[key] = datasets.accept_dataset(proposal, by=world.people["chair2"])
    version = dataset.versions.get()
    for name in described.files:
        _add(world, version, name, (DATA / name).read_bytes())
    return version


def _draft(world: World) -> None:
    """The samples of one class only: half described, one file in place, not published."""
    owner = world.people["owner"]
    dataset = datasets.draft("Breast cytology: malignant samples only", slug="breast-cytology-malignant", by=owner)
    world.datasets["draft"] = datasets.describe(
        dataset,
        by=owner,
        summary="The 212 malignant samples of the Wisconsin diagnostic breast cytology.",
        access=Dataset.Access.REGISTERED,
    )
    lines = (DATA / "breast_cancer.csv").read_bytes().splitlines(keepends=True)
    malignant = [line for line in lines[1:] if line.rstrip().endswith(b",0")]
    _add(world, dataset.versions.get(), "malignant.csv", b"".join(malignant))


def _add(world: World, version: Version, name: str, content: bytes) -> None:
    datasets.add_file(version, name=name, content=BytesIO(content), size=len(content), by=world.people["owner"])
