-- Requests in the review queue of every committee, with some votes cast.
CREATE TEMP TABLE waits AS
SELECT c * 1000 + w AS r, c, ((c - 1) + {committees} * (w % 8 + 1)) AS n,
       md5('person' || ((c * 31 + w) % 400 + 500))::uuid AS person
FROM generate_series(1, {committees}) c, generate_series(1, {waiting}) w;
INSERT INTO access_requests_accessrequest (id, reference, applicant_id, title, purpose, public_summary, starts_on, ends_on,
                                           state, revision, submitted_at)
SELECT md5('waiting' || r)::uuid, 'DAW-' || r, person, 'Waiting project ' || r, repeat('We compare. ', 20), 'A summary.',
       current_date, current_date + 300, 'in_review', 3, now() - (r % 40) * interval '1 day' FROM waits;
INSERT INTO access_requests_round (id, request_id, number, snapshot, sha256, opened_at)
SELECT md5('wround' || r)::uuid, md5('waiting' || r)::uuid, 1, '{{}}', 'x', now() - (r % 40) * interval '1 day' FROM waits;
INSERT INTO access_requests_item (id, request_id, dataset_id, committee_id, state, reason, terms, asked_to_confirm, due_on)
SELECT md5('witem' || r)::uuid, md5('waiting' || r)::uuid, md5('dataset' || n)::uuid, md5('committee' || c)::uuid, 'open',
       '', '', '{{}}', current_date - (r % 40)::integer + 28 FROM waits;
INSERT INTO access_requests_vote (id, item_id, round_id, voter_id, choice, reason, adopts)
SELECT md5('wvote' || r)::uuid, md5('witem' || r)::uuid, md5('wround' || r)::uuid, md5('person' || (c * 10 + 2))::uuid,
       'approve', 'Sound.', '{{}}' FROM waits WHERE r % 3 = 0;
INSERT INTO access_requests_noconflictdeclaration (id, request_id, person_id, people)
SELECT md5('wdeclared' || r || m.person_id)::uuid, md5('waiting' || r)::uuid, m.person_id, ARRAY[waits.person]
FROM waits JOIN committees_committeemember m ON m.committee_id = md5('committee' || c)::uuid;
DROP TABLE waits;
