-- A computer's open sessions, however many have ended.
CREATE INDEX sessions_open_of ON sessions (computer, id) WHERE open = 1;
