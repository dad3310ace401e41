-- What sessions left undone since something held it back, and when it may start.
CREATE TABLE held (
    tenant TEXT NOT NULL,
    computer TEXT NOT NULL,
    sort TEXT NOT NULL, -- what the session was about
    item TEXT NOT NULL,
    session TEXT NOT NULL,
    request TEXT NOT NULL, -- how to ask for such a session again, as JSON
    what TEXT NOT NULL,
    until INTEGER,
    since INTEGER NOT NULL,
    PRIMARY KEY (tenant, computer, sort, item)
) WITHOUT ROWID;
CREATE INDEX held_until ON held (until) WHERE until IS NOT NULL;

-- Rollouts that have started. The tenant is that of the deployment's folder; empty: cross-tenant.
CREATE TABLE rollouts (
    tenant TEXT NOT NULL,
    deployment TEXT NOT NULL,
    item TEXT NOT NULL,
    version TEXT NOT NULL, -- empty, except for one that came without a commit
    content TEXT NOT NULL,
    revision TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ring INTEGER NOT NULL, -- the ring that opened at `since`
    since INTEGER NOT NULL,
    halted_ring INTEGER,
    halted_at INTEGER,
    failed INTEGER,
    computers INTEGER,
    PRIMARY KEY (tenant, deployment, item, version)
) WITHOUT ROWID;
CREATE INDEX outcomes_failed ON outcomes (item) WHERE result = 'failed';

-- What deployments have installed that take it away again.
CREATE TABLE installed (
    tenant TEXT NOT NULL,
    computer TEXT NOT NULL,
    item TEXT NOT NULL,
    deployment TEXT NOT NULL,
    revision TEXT NOT NULL, -- the last commit in force that said so
    at INTEGER NOT NULL,
    PRIMARY KEY (tenant, computer, item)
) WITHOUT ROWID;

-- Commits beyond the limits that a person has let go.
CREATE TABLE approved_commits (
    revision TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL
) WITHOUT ROWID;
