-- People, institutions, committees with their members, terms and a template.
INSERT INTO people_institution (id, name, ror, country, domains)
SELECT md5('institution' || i)::uuid, 'Hospital ' || i, '', 'DK', '{{}}' FROM generate_series(1, {institutions}) i;

INSERT INTO people_person (id, password, code, name, email, email_verified, orcid, institution_id, language, time_zone,
                             is_active, is_break_glass)
SELECT md5('person' || i)::uuid, '!', 'P-' || i, 'Person ' || i, 'person' || i || '@x.example', true, '',
       md5('institution' || (i % {institutions} + 1))::uuid, 'en', 'UTC', true, false
FROM generate_series(1, {people}) i;

-- Everybody is affiliated with their institution; without that nobody may download what is not open.
INSERT INTO people_affiliation (id, person_id, institution_id, scoped, starts_at, confirmed_at, valid_until, notified)
SELECT md5('affiliation' || p.id)::uuid, p.id, p.institution_id, '', now() - interval '2 days',
       now() - interval '2 days', now() + interval '363 days', 0
FROM people_person p WHERE p.institution_id IS NOT NULL;

INSERT INTO people_terms (id, version, text, text_da, sha256) VALUES (md5('terms1')::uuid, 1, 'Terms', '', 'x');
INSERT INTO people_termsacceptance (id, person_id, terms_id)
SELECT md5('accept' || i)::uuid, md5('person' || i)::uuid, md5('terms1')::uuid FROM generate_series(1, {people}, 2) i;

INSERT INTO committees_committee (id, slug, name, about, institution_id, rule, quorum, review_days, accepting, closed_because)
SELECT md5('committee' || i)::uuid, 'committee-' || i, 'Committee ' || i, '', md5('institution1')::uuid, 'majority', 2, 28,
       true, ''
FROM generate_series(1, {committees}) i;

INSERT INTO committees_committeemember (id, committee_id, person_id, is_chair, starts_at, end_reason)
SELECT md5('member' || c || '-' || s)::uuid, md5('committee' || c)::uuid, md5('person' || (c * 10 + s))::uuid, s = 1,
       now() - interval '1 year', ''
FROM generate_series(1, {committees}) c, generate_series(1, {members}) s;

INSERT INTO agreements_template (id, version, title, clauses, sha256)
VALUES (md5('template1')::uuid, 1, 'Agreement', '[]', 'x');
