-- A committee that has a short queue and one that has a long one: undecided and old requests of each.
INSERT INTO committees_committee (id, slug, name, about, institution_id, rule, quorum, review_days, accepting, closed_because)
SELECT md5('committee-' || queue)::uuid, 'committee-' || queue, 'Committee of a ' || queue || ' queue', '', md5('institution1')::uuid,
       'majority', 2, 28, true, '' FROM unnest(ARRAY['short', 'long']) queue;
INSERT INTO people_person (id, password, code, name, email, email_verified, orcid, institution_id, language, time_zone,
                           is_active, is_break_glass)
SELECT md5(queue || '-queue')::uuid, '!', 'Q-' || queue, 'Chair of a ' || queue || ' queue', queue || '-queue@x.example', true, '',
       md5('institution1')::uuid, 'en', 'UTC', true, false FROM unnest(ARRAY['short', 'long']) queue;
INSERT INTO people_affiliation (id, person_id, institution_id, scoped, starts_at, confirmed_at, valid_until, notified)
SELECT md5('affiliation' || p.id)::uuid, p.id, p.institution_id, '', now() - interval '2 days', now() - interval '2 days',
       now() + interval '363 days', 0 FROM people_person p WHERE p.code LIKE 'Q-%';
INSERT INTO people_termsacceptance (id, person_id, terms_id)
SELECT md5('accept' || p.id)::uuid, p.id, md5('terms1')::uuid FROM people_person p WHERE p.code LIKE 'Q-%';
INSERT INTO committees_committeemember (id, committee_id, person_id, is_chair, starts_at, end_reason)
SELECT md5('queue' || queue || i)::uuid, md5('committee-' || queue)::uuid,
       CASE i WHEN 1 THEN md5(queue || '-queue')::uuid ELSE md5('person' || (1000 + i))::uuid END, i = 1,
       now() - interval '12 years', '' FROM unnest(ARRAY['short', 'long']) queue, generate_series(1, 5) i;
-- Of ten undecided requests one is to be checked and one returned; half of the old ones denied, the others approved.
CREATE TEMP TABLE course AS
SELECT 'q' || queue || 'o' || i AS r, md5('person' || (i % 1000 + 1))::uuid AS person, md5('dataset' || (i % 200 + 1))::uuid AS dataset,
       md5('committee-' || queue)::uuid AS committee,
       CASE i % 10 WHEN 0 THEN 'submitted' WHEN 5 THEN 'returned' ELSE 'in_review' END AS stage, now() - i * interval '1 hour' AS at
FROM (VALUES ('short', 100), ('long', 1000)) q (queue, n), generate_series(1, n) i
UNION ALL
SELECT 'q' || queue || 'd' || i, md5('person' || (i % 1000 + 1))::uuid, md5('dataset' || (i % 200 + 1))::uuid,
       md5('committee-' || queue)::uuid, CASE i % 2 WHEN 0 THEN 'denied' ELSE 'offered' END,
       now() - interval '60 days' - i * interval '10 years' / n
FROM (VALUES ('short', 100), ('long', {old})) q (queue, n), generate_series(1, n) i;
