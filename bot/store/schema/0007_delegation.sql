-- Who is asked beside somebody who is away. It gives no rights.
CREATE TABLE delegation (
	absent TEXT NOT NULL PRIMARY KEY,
	standin TEXT NOT NULL,
	since BIGINT NOT NULL,
	until BIGINT NOT NULL
);
