-- The audit trail's words go to a table of their own, from which they can be
-- deleted: the chain holds salted digests of them. audit_carry.c brings the
-- lines of audit_1 over and drops it.

ALTER TABLE audit RENAME TO audit_1;

-- version: 1 for lines that were brought over, whose hash is over their words; 2 since.
CREATE TABLE audit (
	n BIGINT NOT NULL PRIMARY KEY,
	version INTEGER NOT NULL,
	at BIGINT NOT NULL,
	via TEXT NOT NULL,
	action TEXT NOT NULL,
	repair BIGINT NOT NULL,
	actor_digest TEXT NOT NULL,
	detail_digest TEXT NOT NULL,
	hash TEXT NOT NULL
);

-- A salt goes with its words: without it nobody can try out which words gave the digest.
CREATE TABLE audit_words (
	n BIGINT NOT NULL PRIMARY KEY,
	actor_salt TEXT NOT NULL,
	actor TEXT NOT NULL,
	detail_salt TEXT NOT NULL,
	detail TEXT NOT NULL
);

-- Which closed requests are old, without reading them.
CREATE INDEX request_closed ON request (updated_at, id) WHERE open = 0;
