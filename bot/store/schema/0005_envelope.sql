-- What Slack sends again in the same envelope is the same deed, whatever else it says in it.
ALTER TABLE inbox ADD COLUMN envelope TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX inbox_envelope ON inbox (envelope) WHERE envelope <> '';
