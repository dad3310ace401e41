-- What failures have in common, and whom a commit concerned.
ALTER TABLE outcomes ADD COLUMN exit_code INTEGER;
ALTER TABLE outcomes ADD COLUMN cause TEXT;
CREATE INDEX outcomes_item ON outcomes (tenant, item);

CREATE TABLE commit_computers (
    tenant TEXT NOT NULL,
    revision TEXT NOT NULL,
    computer TEXT NOT NULL,
    PRIMARY KEY (tenant, revision, computer)
) WITHOUT ROWID;
CREATE INDEX commit_computers_revision ON commit_computers (revision);
