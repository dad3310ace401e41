-- Up to when something that goes by the clock was followed.
CREATE TABLE followed (
    what TEXT NOT NULL PRIMARY KEY,
    until INTEGER NOT NULL
) WITHOUT ROWID;
