-- What grows with the portal: one more person for every five datasets, two more courses for each controlled dataset.
INSERT INTO people_person (id, password, code, name, email, email_verified, orcid, institution_id, language, time_zone,
                           is_active, is_break_glass)
SELECT md5('more' || n)::uuid, '!', 'M-' || n, 'More Person ' || n, 'more' || n || '@x.example', true, '',
       md5('institution' || (n % {institutions} + 1))::uuid, 'en', 'UTC', true, false
FROM generate_series({first}, {last}) n WHERE n % 5 = 0;
INSERT INTO people_affiliation (id, person_id, institution_id, scoped, starts_at, confirmed_at, valid_until, notified)
SELECT md5('affiliation' || md5('more' || n)::uuid)::uuid, md5('more' || n)::uuid, md5('institution' || (n % {institutions} + 1))::uuid,
       '', now() - interval '2 days', now() - interval '2 days', now() + interval '363 days', 0
FROM generate_series({first}, {last}) n WHERE n % 5 = 0;
INSERT INTO people_termsacceptance (id, person_id, terms_id)
SELECT md5('accept' || md5('more' || n)::uuid)::uuid, md5('more' || n)::uuid, md5('terms1')::uuid
FROM generate_series({first}, {last}) n WHERE n % 5 = 0;
INSERT INTO people_platformrole (id, kind, starts_at, ends_at, person_id)
SELECT md5('role' || n)::uuid, CASE WHEN n % 2 = 0 THEN 'auditor' ELSE 'operator' END, now() - interval '2 years',
       CASE WHEN n % 5000 = 0 THEN now() + interval '1 year' ELSE now() - interval '1 year' END, md5('more' || n)::uuid
FROM generate_series({first}, {last}) n WHERE n % 500 = 0;
INSERT INTO identity_personsession (id, person_id, subject, sid, key_digest, started_at, seen_at, auth_time, acr, amr,
                                    second_factor, browser, ended_at, ended_because)
SELECT md5('session' || n)::uuid, md5('more' || (n - n % 5))::uuid, '', '', md5('k' || n) || md5('l' || n), now() - interval '9 days',
       now() - interval '9 days', now() - interval '9 days', '', '{{}}', false, 'Firefox', now() - interval '8 days', 'signed_out'
FROM generate_series({first}, {last}) n WHERE n >= 5;

CREATE TEMP TABLE course AS
SELECT 'b' || (n * 10 + g) AS r,
       CASE WHEN g = 3 THEN md5('person' || ((n::bigint * 7907 + 13) % 1000 + 1))::uuid
            ELSE md5('more' || ((n::bigint * 7793) % {last} / 5 * 5 + 5))::uuid END AS person,
       md5('dataset' || n)::uuid AS dataset, md5('committee' || (n % {committees} + 1))::uuid AS committee,
       (ARRAY['draft', 'submitted', 'in_review', 'returned', 'denied', 'withdrawn', 'offered', 'signed', 'active',
              'active', 'over', 'over', 'over', 'over', 'revoked', 'denied', 'denied', 'withdrawn', 'over', 'over'])[(n / 10 + g * 7) % 20 + 1] AS stage,
       now() - interval '20 days' - n * interval '8 minutes' AS at
FROM generate_series({first}, {last}) n, generate_series(3, 4) g WHERE n % 10 >= 4;
DELETE FROM course WHERE NOT EXISTS (SELECT FROM people_person p WHERE p.id = person);

INSERT INTO audit_event (at, kind, actor_kind, actor_id, subject_type, subject_id, about, correlation, facts)
SELECT now() - n * interval '10 minutes', kind, 'person', md5('person' || (n % 100 + 1001))::uuid, type,
       md5(type || n)::uuid, ARRAY[md5('dataset' || n)::uuid], md5('c' || n), '{{}}'
FROM generate_series({first}, {last}) n,
     (VALUES ('dataset.drafted', 'dataset'), ('version.published', 'version'), ('file.uploaded', 'file')) k (kind, type);
