"""Which clients there are, and how often each does what it does."""

from deploy.demo.embedded.world import ROOT
from tests.production_layout import clients, counting
from tests.production_layout.clients import Load
from tests.production_layout.layout import Layout
from tests.production_layout.rows import LINK, SIGN_IN

CONTENT = ROOT / "deploy/demo/seed/data/lung.csv"
FILE = """
SELECT f.id::text FROM datasets_distribution f JOIN datasets_version v ON v.id = f.version_id
JOIN datasets_dataset d ON d.id = v.dataset_id WHERE d.slug = 'ncctg-lung' AND f.name = %s
"""


def add_clients(load: Load, layout: Layout) -> str:
    """Six clients, together about five requests a second; the word that one of them searches for."""
    words = f"breast-{load.ledger.mark()}"
    ((file,),) = layout.ask(FILE, CONTENT.name)
    load.add("reads", clients.reading(load, words), every=1.0)
    load.add(SIGN_IN, clients.signing_in(load), every=3.0)
    load.add(LINK, clients.opening(load, str(file), CONTENT.read_bytes()), every=1.5)
    load.add("drafts", clients.drafting(load, counting.datasets(layout)), every=4.0)
    load.add("votes", clients.voting(load, iter(counting.cases(layout))), every=4.0)
    load.add("revokes", clients.revoking(load, iter(counting.grants(layout))), every=5.0)
    return words
