-- How many repairs were begun lately is asked at each new one: an index alone answers.
CREATE INDEX IF NOT EXISTS request_begun ON request (created_at, state);
