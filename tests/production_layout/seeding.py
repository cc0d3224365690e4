"""A world to work with: the demo's people and datasets, and in bulk enough grants and cases for an hour of clients."""

from pathlib import Path

import psycopg

from deploy.demo.embedded.database import Urls
from tests.performance import seeding
from tests.production_layout.place import Place

DATASETS = 400
_SEED = "import django; django.setup(); from deploy.demo.seed.everything import seed; seed()"

# The demo's owner owns the bulk datasets too, and one of its members sits on every bulk committee.
_JOIN = """
INSERT INTO datasets_datasetrole (permission_id, user_id, content_object_id)
SELECT (SELECT id FROM auth_permission WHERE codename = 'own_dataset'),
       (SELECT id FROM people_person WHERE email = 'soren.dahl@sundby.example'), id
FROM datasets_dataset WHERE slug LIKE 'dataset-%';
INSERT INTO committees_committeemember (id, committee_id, person_id, is_chair, starts_at, end_reason)
SELECT gen_random_uuid(), id, (SELECT id FROM people_person WHERE email = 'jonas.kjaer@sundby.example'), false,
       now() - interval '1 year', ''
FROM committees_committee WHERE slug LIKE 'committee-%';
-- The bulk's files are rows without bytes, which a backup would miss.
DELETE FROM datasets_distribution WHERE storage_key LIKE 'seed/%';
-- The bulk cases have empty snapshots: theirs becomes that of a real round, about their own dataset.
UPDATE access_requests_round SET snapshot = real.snapshot || jsonb_build_object(
    'datasets', jsonb_build_array(bulk.dataset_id), 'applicant', bulk.applicant_id, 'members', '[]'::jsonb)
FROM (SELECT i.request_id, i.dataset_id, r.applicant_id FROM access_requests_item i
      JOIN access_requests_accessrequest r ON r.id = i.request_id WHERE r.reference LIKE 'DAW-%') bulk,
     (SELECT o.snapshot FROM access_requests_round o JOIN access_requests_item i ON i.request_id = o.request_id
      JOIN datasets_dataset d ON d.id = i.dataset_id WHERE d.slug = 'gbsg2' LIMIT 1) real
WHERE access_requests_round.request_id = bulk.request_id;
"""


def seed(place: Place, urls: Urls, code: Path) -> None:
    """Bulk first, then the seed of that release, which uploads its files to the storage."""
    superuser = urls.superuser.removesuffix("/postgres") + "/gatehouse"
    seeding.fill(superuser, urls.owner, first=1, last=DATASETS)
    place.command(urls, "-c", _SEED, code=code, env={"GATEHOUSE_PROCESS": "command"})
    with psycopg.connect(superuser) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(_JOIN)
