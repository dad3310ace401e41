-- What computers handed back or made, and who read it.
CREATE TABLE kept (
    tenant TEXT NOT NULL,
    agent TEXT NOT NULL,
    seq INTEGER NOT NULL,
    computer TEXT NOT NULL,
    item TEXT NOT NULL,
    name TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    encrypted INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (tenant, agent, seq)
) WITHOUT ROWID;
CREATE INDEX kept_computer ON kept (tenant, computer, item, name, made_at);

CREATE TABLE audit (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    computer TEXT,
    item TEXT,
    name TEXT,
    reason TEXT,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX audit_at ON audit (at);
