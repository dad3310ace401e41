-- E-mail to persons: written with the session's journal, handed over afterwards.
CREATE TABLE messages (
    tenant TEXT NOT NULL,
    session TEXT NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    sender TEXT,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    error TEXT,
    link TEXT,
    link_until INTEGER,
    link_used INTEGER,
    PRIMARY KEY (tenant, session, kind, recipient)
) WITHOUT ROWID;
CREATE INDEX messages_due ON messages (state, due_at);
CREATE UNIQUE INDEX messages_link ON messages (link);

-- Calls of webhooks: written with the session's journal too, removed once taken.
CREATE TABLE calls (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    hook TEXT NOT NULL,
    event TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    error TEXT,
    PRIMARY KEY (tenant, id, hook)
) WITHOUT ROWID;
CREATE INDEX calls_due ON calls (hook, state, due_at);
