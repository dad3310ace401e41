-- Times are milliseconds since 1970 in UTC; JSON and other crates' texts are TEXT.
CREATE TABLE commits (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    revision TEXT NOT NULL,
    verdict TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    diagnostics TEXT NOT NULL
);
CREATE INDEX commits_verdict ON commits (verdict, ordinal);

CREATE TABLE tokens (
    tenant TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    uses_left INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash)
) WITHOUT ROWID;
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);

CREATE TABLE computers (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    identity_key TEXT NOT NULL,
    installation_id TEXT,
    enrolled_at INTEGER NOT NULL,
    facts TEXT,
    facts_at INTEGER,
    inventoried_at INTEGER,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX computers_id ON computers (id);
CREATE UNIQUE INDEX computers_name ON computers (tenant, name);
CREATE UNIQUE INDEX computers_identity ON computers (tenant, identity_key);

CREATE TABLE agents (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    computer TEXT NOT NULL,
    key_fingerprint TEXT NOT NULL,
    certificate_expires_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    enrolled_at INTEGER NOT NULL,
    seen_at INTEGER,
    version TEXT,
    acked INTEGER NOT NULL DEFAULT 0,
    last_order INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX agents_id ON agents (id);
CREATE INDEX agents_computer ON agents (computer);

CREATE TABLE findings (
    tenant TEXT NOT NULL,
    computer TEXT NOT NULL,
    item TEXT NOT NULL,
    version TEXT,
    answer INTEGER,
    output TEXT,
    failure TEXT,
    found_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, computer, item)
) WITHOUT ROWID;

CREATE TABLE pauses (
    tenant TEXT NOT NULL PRIMARY KEY, -- empty: all
    since INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE sessions (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    computer TEXT NOT NULL,
    computer_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    open INTEGER NOT NULL,
    revision TEXT,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    running_seconds INTEGER NOT NULL,
    reason TEXT,
    entries INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX sessions_id ON sessions (id);
CREATE INDEX sessions_computer ON sessions (computer, id);
CREATE INDEX sessions_status ON sessions (status);
CREATE INDEX sessions_open ON sessions (id) WHERE open = 1;

CREATE TABLE session_events (
    tenant TEXT NOT NULL,
    session TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (tenant, session, seq)
) WITHOUT ROWID;

CREATE TABLE outcomes (
    tenant TEXT NOT NULL,
    session TEXT NOT NULL,
    place INTEGER NOT NULL,
    item TEXT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT NOT NULL,
    from_version TEXT,
    to_version TEXT,
    by_path TEXT,
    status TEXT NOT NULL,
    result TEXT,
    message TEXT,
    PRIMARY KEY (tenant, session, place)
) WITHOUT ROWID;

CREATE TABLE orders (
    tenant TEXT NOT NULL,
    agent TEXT NOT NULL,
    number INTEGER NOT NULL,
    session TEXT NOT NULL,
    revision TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, agent, number)
) WITHOUT ROWID;
CREATE INDEX orders_session ON orders (session, number);
