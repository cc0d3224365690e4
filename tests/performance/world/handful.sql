-- People who have a handful of things, whatever the size of the portal, and people who have very many; all of it is the
-- same at every size. Their courses are made by courses.sql.
INSERT INTO people_institution (id, name, ror, country, domains) VALUES
    (md5('handful')::uuid, 'A Small Hospital', '', 'DK', '{{}}'), (md5('many')::uuid, 'A Large Hospital', '', 'DK', '{{}}');

INSERT INTO people_person (id, password, code, name, email, email_verified, orcid, institution_id, language, time_zone,
                           is_active, is_break_glass)
SELECT md5(who)::uuid, '!', left('H-' || who, 20), who, who || '@small.example', true, '',
       md5(CASE WHEN who LIKE 'many-%' THEN 'many' ELSE 'handful' END)::uuid, 'en', 'UTC', true, false
FROM unnest(ARRAY['applicant', 'owner', 'member', 'official', 'auditor', 'operator', 'newcomer', 'many-applicant',
                  'many-owner', 'many-member']) who
UNION ALL
SELECT md5('voter' || i)::uuid, '!', 'H-V' || i, 'Voter ' || i, 'voter' || i || '@small.example', true, '',
       md5('handful')::uuid, 'en', 'UTC', true, false FROM generate_series(1, 40) i;
INSERT INTO people_affiliation (id, person_id, institution_id, scoped, starts_at, confirmed_at, valid_until, notified)
SELECT md5('affiliation' || p.id)::uuid, p.id, p.institution_id, '', now() - interval '2 days',
       now() - interval '2 days', now() + interval '363 days', 0
FROM people_person p WHERE p.institution_id IN (md5('handful')::uuid, md5('many')::uuid);
INSERT INTO people_termsacceptance (id, person_id, terms_id)
SELECT md5('accept' || p.id)::uuid, p.id, md5('terms1')::uuid FROM people_person p
WHERE p.institution_id IN (md5('handful')::uuid, md5('many')::uuid);
INSERT INTO people_platformrole (id, kind, ends_at, person_id)
SELECT md5(kind || who)::uuid, kind, now() + interval '360 days', md5(who)::uuid
FROM (VALUES ('auditor', 'auditor'), ('operator', 'operator')) r (kind, who);
INSERT INTO people_institutionrole (permission_id, user_id, content_object_id)
SELECT id, md5('official')::uuid, md5('handful')::uuid FROM auth_permission WHERE codename = 'sign_for_institution';

INSERT INTO committees_committee (id, slug, name, about, institution_id, rule, quorum, review_days, accepting, closed_because)
VALUES (md5('committee-handful')::uuid, 'committee-handful', 'A small committee', '', md5('handful')::uuid, 'majority', 2, 28, true, ''),
       (md5('committee-many')::uuid, 'committee-many', 'A busy committee', '', md5('handful')::uuid, 'majority', 20, 28, true, '');
INSERT INTO committees_committeemember (id, committee_id, person_id, is_chair, starts_at, end_reason)
SELECT md5('small' || i)::uuid, md5('committee-handful')::uuid, md5(CASE i WHEN 1 THEN 'member' ELSE 'voter' || i END)::uuid,
       i = 1, now() - interval '1 year', '' FROM generate_series(1, 5) i
UNION ALL
SELECT md5('busy' || i)::uuid, md5('committee-many')::uuid, md5(CASE i WHEN 1 THEN 'many-member' ELSE 'voter' || i END)::uuid,
       i = 1, now() - interval '1 year', '' FROM generate_series(1, 40) i;

-- 12 datasets of the owner with a handful, many of the owner with many.
CREATE TEMP TABLE special AS
SELECT 'handful' AS set, i AS i, 'handful-' || i AS slug FROM generate_series(1, 12) i
UNION ALL SELECT 'many', i, 'many-' || i FROM generate_series(1, {many}) i;
INSERT INTO datasets_dataset (id, slug, title, summary, description, keywords, licence, attribution, access,
                              institution_id, committee_id, longest_grant_days, listed_from)
SELECT md5(slug)::uuid, slug, 'Special ' || slug, 'One row a patient.', repeat('Described for reuse. ', 20), 'cancer', 'CC BY 4.0',
       'Please cite us.', 'controlled', md5(set)::uuid, md5('committee-' || set)::uuid, 365,
       now() - interval '1 year' - i * interval '1 minute' FROM special;
INSERT INTO datasets_condition (id, dataset_id, code, value)
SELECT md5('condition' || slug)::uuid, md5(slug)::uuid, 'DUO:0000042', '' FROM special;
INSERT INTO datasets_version (id, dataset_id, number, state, notes, published_at, withdrawn_because)
SELECT md5('version' || slug)::uuid, md5(slug)::uuid, 1, 'published', '', now() - interval '1 year', '' FROM special;
INSERT INTO datasets_distribution (id, version_id, name, size, media_type, sha256, storage_key, uploaded_by_id, checked_at)
SELECT md5('file' || slug || '-' || f)::uuid, md5('version' || slug)::uuid, 'table-' || f || '.csv', 1000, 'text/csv',
       md5('a' || slug || f) || md5('b' || slug || f), 'seed/' || md5('key' || slug || f), md5('owner')::uuid, now()
FROM special, generate_series(1, 3) f;
INSERT INTO datasets_datasetrole (permission_id, user_id, content_object_id)
SELECT (SELECT id FROM auth_permission WHERE codename = 'own_dataset'),
       md5(CASE set WHEN 'many' THEN 'many-owner' ELSE 'owner' END)::uuid, md5(slug)::uuid FROM special;
SELECT public.search_refresh(array_agg(md5(slug)::uuid)) FROM special;
DROP TABLE special;

-- Who asks for what: the applicant with a handful, 25 requests before the small committee, 10 users of one dataset; the
-- applicant with many accesses, many requests before the busy committee, many users of one dataset.
CREATE TEMP TABLE course AS
SELECT 'ha' || i AS r, md5('applicant')::uuid AS person, md5('handful-' || i)::uuid AS dataset, md5('committee-handful')::uuid AS committee,
       (ARRAY['draft', 'submitted', 'in_review', 'returned', 'offered', 'active', 'denied', 'revoked', 'over', 'active'])[i] AS stage,
       now() - i * interval '3 days' AS at FROM generate_series(1, 10) i
UNION ALL
SELECT 'hr' || i, md5('person' || i)::uuid, md5('handful-' || (i % 6 + 1))::uuid, md5('committee-handful')::uuid,
       CASE WHEN i % 5 = 0 THEN 'submitted' ELSE 'in_review' END, now() - i * interval '1 day' FROM generate_series(1, 25) i
UNION ALL
SELECT 'hu' || i, md5('person' || i)::uuid, md5('handful-11')::uuid, md5('committee-handful')::uuid, 'active',
       now() - (i + 10) * interval '1 day' FROM generate_series(1, 10) i
UNION ALL
SELECT 'ma' || i, md5('many-applicant')::uuid, md5('many-' || (i % {many} + 1))::uuid, md5('committee-many')::uuid,
       CASE WHEN i % 50 = 0 THEN 'offered' WHEN i % 3 = 0 THEN 'over' ELSE 'active' END, now() - (i + 300) * interval '1 hour'
FROM generate_series(1, 5 * {many}) i
UNION ALL
SELECT 'mr' || i, md5('person' || (i % 1000 + 1))::uuid, md5('many-' || (i % {many} + 1))::uuid, md5('committee-many')::uuid,
       CASE WHEN i % 10 = 0 THEN 'submitted' ELSE 'in_review' END, now() - i * interval '10 minutes' FROM generate_series(1, {many} + 25) i
UNION ALL
SELECT 'mu' || i, md5('person' || i)::uuid, md5('many-1')::uuid, md5('committee-many')::uuid, 'active',
       now() - (i + 300) * interval '1 hour' FROM generate_series(1, {many}) i;
