-- A computer's open sessions, however many have ended.
CREATE INDEX sessions_open_of ON sessions (computer, id) WHERE open = 1;

-- Optional deployments that somebody approved on a computer.
CREATE TABLE approvals (
    tenant TEXT NOT NULL,
    computer TEXT NOT NULL,
    deployment TEXT NOT NULL, -- as `path#name`
    at INTEGER NOT NULL,
    PRIMARY KEY (tenant, computer, deployment)
) WITHOUT ROWID;
