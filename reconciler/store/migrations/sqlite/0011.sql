-- Who may run what runs one at a time in the whole installation, in the order of coming.
CREATE TABLE serial_turns (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    session TEXT NOT NULL,
    computer TEXT NOT NULL,
    what TEXT NOT NULL,
    held INTEGER NOT NULL,
    UNIQUE (session, what)
);
CREATE INDEX serial_turns_what ON serial_turns (what, ordinal);

-- What each item of a computer came to last, and since which session that is so: a
-- result that did not change is stored once.
CREATE TABLE latest_outcomes (
    tenant TEXT NOT NULL,
    computer TEXT NOT NULL,
    item TEXT NOT NULL,
    session TEXT NOT NULL, -- the last one that was about the item
    stored TEXT NOT NULL, -- the one whose rows say how it ended
    PRIMARY KEY (tenant, computer, item)
) WITHOUT ROWID;
INSERT INTO latest_outcomes (tenant, computer, item, session, stored)
    SELECT s.tenant, s.computer, o.item, MAX(s.id), MAX(s.id) FROM sessions s
    JOIN outcomes o ON o.tenant = s.tenant AND o.session = s.id
    GROUP BY s.tenant, s.computer, o.item;
-- Whether the journal of a session that is over was removed.
ALTER TABLE sessions ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sessions_ended ON sessions (pruned, ended_at) WHERE open = 0;
