-- A course of each row of the table `course`: request, round, votes, agreement, signature, access, links, events and
-- notifications, as far as its stage says.
INSERT INTO access_requests_accessrequest (id, reference, applicant_id, title, purpose, public_summary, starts_on, ends_on,
                                           state, revision, created_at, changed_at, submitted_at, decided_at, ended_at)
SELECT md5('request' || r)::uuid, 'DAR-' || r, person, 'Project ' || r, repeat('We compare outcomes. ', 10), 'A summary.',
       current_date, current_date + 300,
       CASE stage WHEN 'offered' THEN 'decided' WHEN 'signed' THEN 'decided' WHEN 'over' THEN 'closed'
                  WHEN 'denied' THEN 'closed' WHEN 'revoked' THEN 'closed' ELSE stage END,
       3, at - interval '1 day', at, CASE WHEN stage <> 'draft' THEN at END,
       CASE WHEN stage IN ('denied', 'offered', 'signed', 'active', 'over', 'revoked') THEN at + interval '5 days' END,
       CASE WHEN stage IN ('denied', 'withdrawn', 'over', 'revoked') THEN at + interval '9 days' END
FROM course;
INSERT INTO access_requests_membership (id, request_id, person_id, added_at)
SELECT DISTINCT ON (c.r) md5('membership' || c.r)::uuid, md5('request' || c.r)::uuid, p.id, c.at
FROM course c JOIN people_person p ON p.id = md5('person' || (('x' || left(md5(c.r), 4))::bit(16)::int % 1000 + 1))::uuid
WHERE right(c.r, 1) IN ('3', '6', '9') AND p.id <> c.person;
INSERT INTO access_requests_round (id, request_id, number, snapshot, sha256, opened_at, closed_at)
SELECT md5('round' || r)::uuid, md5('request' || r)::uuid, 1,
       jsonb_build_object('reference', 'DAR-' || r, 'applicant', person, 'title', 'Project ' || r, 'purpose', 'We compare outcomes.',
                          'public_summary', 'A summary.', 'starts_on', current_date, 'ends_on', current_date + 300,
                          'members', '[]'::jsonb, 'datasets', jsonb_build_array(dataset), 'questions', '[]'::jsonb), 'x', at,
       CASE WHEN stage NOT IN ('submitted', 'in_review') THEN at + interval '5 days' END
FROM course WHERE stage <> 'draft';
INSERT INTO access_requests_item (id, request_id, dataset_id, committee_id, state, reason, terms, decided_at, decided_in_id,
                                  asked_to_confirm)
SELECT md5('item' || r)::uuid, md5('request' || r)::uuid, dataset, committee,
       CASE WHEN stage IN ('draft', 'submitted', 'in_review', 'returned') THEN 'open'
            WHEN stage IN ('denied', 'withdrawn') THEN stage ELSE 'approved' END,
       CASE WHEN stage IN ('draft', 'submitted', 'in_review', 'returned', 'withdrawn') THEN '' ELSE 'Sound.' END, '',
       CASE WHEN stage IN ('denied', 'offered', 'signed', 'active', 'over', 'revoked') THEN at + interval '5 days' END,
       CASE WHEN stage IN ('denied', 'offered', 'signed', 'active', 'over', 'revoked') THEN md5('round' || r)::uuid END, '{{}}'
FROM course;
CREATE TEMP TABLE two AS
SELECT committee_id, person_id FROM (SELECT committee_id, person_id, row_number() OVER (PARTITION BY committee_id ORDER BY id) AS k
                                     FROM committees_committeemember WHERE NOT is_chair) m WHERE k <= 2;
INSERT INTO access_requests_vote (id, item_id, round_id, voter_id, choice, reason, adopts, cast_at)
SELECT md5('vote' || r || t.person_id)::uuid, md5('item' || r)::uuid, md5('round' || r)::uuid, t.person_id,
       CASE stage WHEN 'denied' THEN 'deny' ELSE 'approve' END, 'Sound.', '{{}}', at + interval '4 days'
FROM course JOIN two t ON t.committee_id = committee
WHERE stage IN ('denied', 'offered', 'signed', 'active', 'over', 'revoked') OR (stage = 'in_review' AND right(r, 1) IN ('1', '4'));
INSERT INTO access_requests_noconflictdeclaration (id, request_id, person_id, people)
SELECT md5('declared' || r || m.person_id)::uuid, md5('request' || r)::uuid, m.person_id,
       ARRAY[person] || ARRAY(SELECT n.person_id FROM access_requests_membership n WHERE n.request_id = md5('request' || r)::uuid)
FROM course JOIN committees_committeemember m ON m.committee_id = committee
WHERE stage <> 'draft' AND (r = 'hr1' OR (committee, m.person_id) IN (SELECT committee_id, person_id FROM two));
DROP TABLE two;
INSERT INTO access_requests_question (id, request_id, round_id, asked_by_id, text, asked_at, answer)
SELECT md5('question' || r)::uuid, md5('request' || r)::uuid, md5('round' || r)::uuid, m.person_id, 'Which columns?', at + interval '1 day', ''
FROM course JOIN committees_committeemember m ON m.committee_id = committee AND m.is_chair WHERE stage = 'returned';

CREATE TEMP TABLE agreed AS
SELECT * FROM course WHERE stage IN ('offered', 'signed', 'active', 'over', 'revoked');
INSERT INTO agreements_agreement (id, reference, item_id, template_id, state, text, sha256, starts_on, ends_on, offered_at,
                                  executed_at, ended_because, institution_id)
SELECT md5('agreement' || r)::uuid, 'DUA-' || r, md5('item' || r)::uuid, md5('template1')::uuid,
       CASE WHEN stage IN ('offered', 'signed') THEN stage ELSE 'executed' END, repeat('Clause. ', 200), 'x', current_date - 20,
       current_date + 300, at + interval '6 days', CASE WHEN stage NOT IN ('offered', 'signed') THEN at + interval '7 days' END, '',
       p.institution_id
FROM agreed JOIN people_person p ON p.id = person;
INSERT INTO people_actorsnapshot (id, person_id, taken_at, name, email, orcid, institution_id, institution_name, ror, scoped,
                                  assurance, issuer, acr, amr, auth_time)
SELECT md5('snapshot' || r)::uuid, person, at + interval '6 days', 'A Name', '', '', p.institution_id, 'A hospital', '', '',
       '{{}}', 'https://idp', '', '{{}}', at + interval '6 days' FROM agreed JOIN people_person p ON p.id = person
WHERE stage <> 'offered';
INSERT INTO agreements_signature (id, agreement_id, signer_id, capacity, typed_name, text_sha256, signed_at, issuer, acr,
                                  auth_time, actor_snapshot_id)
SELECT md5('signature' || r)::uuid, md5('agreement' || r)::uuid, person, 'applicant', 'A Name', 'x', at + interval '6 days',
       'https://idp', '', at + interval '6 days', md5('snapshot' || r)::uuid FROM agreed WHERE stage <> 'offered';
INSERT INTO grants_accessgrant (id, holder_id, dataset_id, agreement_id, institution_id, starts_at, ends_at, issued_at,
                                revoked_at, revoked_by_id, revoked_because)
SELECT md5('grant' || r)::uuid, person, dataset, md5('agreement' || r)::uuid, p.institution_id, at + interval '7 days',
       CASE stage WHEN 'over' THEN at + interval '7 days 1 hour' ELSE greatest(at + interval '8 days', now() + interval '300 days') END,
       at + interval '7 days', CASE stage WHEN 'revoked' THEN at + interval '8 days' END,
       CASE stage WHEN 'revoked' THEN md5('owner')::uuid END, CASE stage WHEN 'revoked' THEN 'The project ended.' ELSE '' END
FROM agreed JOIN people_person p ON p.id = person WHERE stage IN ('active', 'over', 'revoked');
INSERT INTO downloads_downloadlink (id, digest, person_id, distribution_id, grant_id, second_factor, made_at, expires_at, started_at)
SELECT md5('link' || r)::uuid, md5('m' || r) || md5('n' || r), person, d.id, md5('grant' || r)::uuid, false,
       at + interval '8 days', at + interval '8 days 1 hour', at + interval '8 days'
FROM agreed
JOIN LATERAL (SELECT f.id FROM datasets_version v JOIN datasets_distribution f ON f.version_id = v.id
              WHERE v.dataset_id = dataset ORDER BY v.number DESC, f.name LIMIT 1) d ON true
WHERE stage IN ('active', 'over') AND right(r, 1) IN ('3', '5', '8');

INSERT INTO audit_event (at, kind, actor_kind, actor_id, subject_type, subject_id, about, correlation, facts)
SELECT at + s.nr * interval '1 day', s.kind, 'person', person, s.type, md5(s.what || r)::uuid,
       ARRAY[md5('request' || r)::uuid, dataset, person, md5('grant' || r)::uuid], md5('c' || r), '{{}}'
FROM course JOIN (VALUES ('request.drafted', 'accessrequest', 'request', 0), ('request.submitted', 'accessrequest', 'request', 1),
                         ('request.item_decided', 'item', 'item', 5), ('agreement.signed', 'agreement', 'agreement', 6),
                         ('grant.issued', 'accessgrant', 'grant', 7), ('download.started', 'downloadlink', 'link', 8)) s (kind, type, what, nr)
  ON s.nr <= CASE WHEN stage = 'draft' THEN 0 WHEN stage IN ('submitted', 'in_review', 'returned', 'withdrawn') THEN 1
                  WHEN stage IN ('denied', 'offered') THEN 5 WHEN stage = 'signed' THEN 6
                  WHEN right(r, 1) IN ('3', '5', '8') AND stage <> 'revoked' THEN 8 ELSE 7 END;
INSERT INTO notifications_notification (id, event_id, reader_id, kind, subject, body, path, written_at, read_at, posted_at, attempts)
SELECT md5('notification' || e.id)::uuid, e.id, e.actor_id, e.kind, 'News of your request', 'There is news of your request.',
       '/requests/' || md5('request' || c.r)::uuid || '/', e.at, CASE WHEN e.id % 20 > 0 THEN e.at + interval '1 hour' END, e.at, 1
FROM (SELECT r, md5('item' || r)::uuid AS thing FROM course UNION ALL SELECT r, md5('grant' || r)::uuid FROM course) c
JOIN audit_event e ON e.subject_id = c.thing WHERE e.kind IN ('request.item_decided', 'grant.issued');
DROP TABLE agreed;
DROP TABLE course;
