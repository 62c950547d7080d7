-- How many repairs were begun lately is asked at each new one: an index alone answers.
CREATE INDEX request_begun ON request (created_at, state);
