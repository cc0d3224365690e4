-- Two grants a controlled dataset, each with its request, round, decision, agreement and signature.
CREATE TEMP TABLE made AS
SELECT (n * 10 + g)::bigint AS r, n::bigint AS n, md5('person' || ((n::bigint * 7919 + g * 104729) % 1000 + 1))::uuid AS person
FROM generate_series({first}, {last}) n, generate_series(1, 2) g WHERE n % 10 >= 4;

INSERT INTO access_requests_accessrequest (id, reference, applicant_id, title, purpose, public_summary, starts_on, ends_on,
                                           state, revision, submitted_at, decided_at)
SELECT md5('request' || r)::uuid, 'DAR-' || r, person, 'Project ' || r, 'A purpose.', 'A summary.', current_date,
       current_date + 300, 'active', 3, now() - interval '60 days', now() - interval '30 days'
FROM made;
INSERT INTO access_requests_round (id, request_id, number, snapshot, sha256, opened_at, closed_at)
SELECT md5('round' || r)::uuid, md5('request' || r)::uuid, 1, '{{}}', 'x', now() - interval '60 days',
       now() - interval '30 days' FROM made;
INSERT INTO access_requests_item (id, request_id, dataset_id, committee_id, state, reason, terms, decided_at,
                                  decided_in_id, asked_to_confirm)
SELECT md5('item' || r)::uuid, md5('request' || r)::uuid, md5('dataset' || n)::uuid,
       md5('committee' || (n % {committees} + 1))::uuid, 'approved', 'Sound.', '', now() - interval '30 days',
       md5('round' || r)::uuid, '{{}}' FROM made;
INSERT INTO agreements_agreement (id, reference, item_id, template_id, state, text, sha256, starts_on, ends_on, offered_at,
                                  executed_at, ended_because)
SELECT md5('agreement' || r)::uuid, 'DUA-' || r, md5('item' || r)::uuid, md5('template1')::uuid, 'executed',
       repeat('Clause. ', 200), 'x', current_date - 20, current_date + 300, now() - interval '29 days',
       now() - interval '20 days', '' FROM made;
INSERT INTO people_actorsnapshot (id, person_id, taken_at, name, email, orcid, institution_id, institution_name, ror, scoped,
                               assurance, issuer, acr, amr, auth_time)
SELECT md5('snapshot' || r)::uuid, person, now() - interval '21 days', 'A Name', '', '', p.institution_id, 'A hospital', '',
       '', '{{}}', 'https://idp', '', '{{}}', now() - interval '21 days' FROM made JOIN people_person p ON p.id = person;
INSERT INTO agreements_signature (id, agreement_id, signer_id, capacity, typed_name, text_sha256, signed_at, issuer, acr,
                                  auth_time, actor_snapshot_id)
SELECT md5('signature' || r)::uuid, md5('agreement' || r)::uuid, person, 'applicant', 'A Name', 'x',
       now() - interval '21 days', 'https://idp', '', now() - interval '21 days',
       md5('snapshot' || r)::uuid FROM made;
INSERT INTO grants_accessgrant (id, holder_id, dataset_id, agreement_id, institution_id, starts_at, ends_at, issued_at,
                                revoked_because)
SELECT md5('grant' || r)::uuid, person, md5('dataset' || n)::uuid, md5('agreement' || r)::uuid, p.institution_id,
       now() - interval '20 days', now() + interval '300 days', now() - interval '20 days', ''
FROM made JOIN people_person p ON p.id = person;

-- The same rights as rows of guardian, for people of their own, to compare with.
INSERT INTO datasets_datasetrole (permission_id, user_id, content_object_id)
SELECT DISTINCT (SELECT id FROM auth_permission WHERE codename = 'view_draft_dataset'),
       md5('person' || ((n * 7919 + r * 104729) % 800 + 1201))::uuid, md5('dataset' || n)::uuid FROM made;
DROP TABLE made;
