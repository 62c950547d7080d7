-- A request may be a board: one message and one approval for many others. Its state is the word "board", and questions
-- about requests leave it out; the indexes that answer them alone have to know the state for that.
DROP INDEX request_open;
CREATE INDEX request_open ON request (open, id, state);
DROP INDEX request_mine;
CREATE INDEX request_mine ON request (requester, open, id, state);
