-- Of ten datasets two are open, two ask for registration and six are controlled; one in five had an earlier version.
INSERT INTO datasets_dataset (id, slug, title, summary, description, keywords, licence, attribution, access,
                              institution_id, committee_id, longest_grant_days, listed_from)
SELECT md5('dataset' || n)::uuid, 'dataset-' || n,
       (ARRAY['Survival','Imaging','Cohort','Registry','Trial','Screening','Follow-up'])[n % 7 + 1] || ' of '
       || (ARRAY['breast cancer','lung cancer','stroke','diabetes','asthma','sepsis','dementia','melanoma'])[n % 8 + 1]
       || ' ' || n,
       'One row a patient, with age, treatment and time to the event. Part ' || n || '.',
       repeat('Collected at the hospital over many years and described for reuse. ', 8) || n,
       'cancer, survival', 'CC BY 4.0', 'Please cite us.',
       (ARRAY['open','open','registered','registered','controlled','controlled','controlled','controlled','controlled',
              'controlled'])[n % 10 + 1],
       md5('institution' || (n % {institutions} + 1))::uuid,
       md5('committee' || (n % {committees} + 1))::uuid, 365, now() - n * interval '10 minutes'
FROM generate_series({first}, {last}) n;

INSERT INTO datasets_condition (id, dataset_id, code, value)
SELECT md5('condition' || n)::uuid, md5('dataset' || n)::uuid, 'DUO:0000042', '' FROM generate_series({first}, {last}) n;

INSERT INTO datasets_version (id, dataset_id, number, state, notes, published_at, withdrawn_because)
SELECT md5('version' || n)::uuid, md5('dataset' || n)::uuid, CASE WHEN n % 5 = 0 THEN 2 ELSE 1 END, 'published', '',
       now() - n * interval '10 minutes', ''
FROM generate_series({first}, {last}) n
UNION ALL
SELECT md5('earlier' || n)::uuid, md5('dataset' || n)::uuid, 1, 'superseded', '', now() - interval '1 year', ''
FROM generate_series({first}, {last}) n WHERE n % 5 = 0;

INSERT INTO datasets_distribution (id, version_id, name, size, media_type, sha256, storage_key, uploaded_by_id, checked_at)
SELECT md5('file' || n || '-' || f)::uuid, md5('version' || n)::uuid, 'table-' || f || '.csv', 1000 + n, 'text/csv',
       md5('a' || n || f) || md5('b' || n || f), 'seed/' || md5('key' || n || f), md5('person1')::uuid, now()
FROM generate_series({first}, {last}) n, generate_series(1, 3) f;

INSERT INTO datasets_datasetrole (permission_id, user_id, content_object_id)
SELECT (SELECT id FROM auth_permission WHERE codename = 'own_dataset'), md5('person' || (n % 100 + 1001))::uuid,
       md5('dataset' || n)::uuid
FROM generate_series({first}, {last}) n;
