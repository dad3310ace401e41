-- Who computers are, how far they are taken in, and who uses them.
ALTER TABLE computers ADD COLUMN standing TEXT NOT NULL DEFAULT 'skipped';
ALTER TABLE computers ADD COLUMN standing_at INTEGER NOT NULL DEFAULT 0;
-- When its present life began here, for what is started once for each.
ALTER TABLE computers ADD COLUMN begun_at INTEGER NOT NULL DEFAULT 0;
-- Lives other than the present one, and what is in doubt, as JSON.
ALTER TABLE computers ADD COLUMN others TEXT;
ALTER TABLE computers ADD COLUMN excluded_at INTEGER;
-- The last logons and the person that somebody gave, as JSON.
ALTER TABLE computers ADD COLUMN affinity TEXT;
UPDATE computers SET standing_at = enrolled_at, begun_at = enrolled_at;

ALTER TABLE agents ADD COLUMN identity_key TEXT;
ALTER TABLE agents ADD COLUMN installation_id TEXT;
UPDATE agents SET
    identity_key = (SELECT identity_key FROM computers WHERE computers.id = agents.computer),
    installation_id = (SELECT installation_id FROM computers WHERE computers.id = agents.computer)
WHERE status = 'active';

DROP INDEX computers_identity;
CREATE INDEX computers_identity ON computers (tenant, identity_key);

-- What inventory tasks say, the last of each; and, where that is kept, each change.
CREATE TABLE facts (
    tenant TEXT NOT NULL,
    computer TEXT NOT NULL,
    fact TEXT NOT NULL,
    item TEXT NOT NULL,
    value TEXT NOT NULL,
    since INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (tenant, computer, fact)
) WITHOUT ROWID;
CREATE TABLE fact_history (
    tenant TEXT NOT NULL,
    computer TEXT NOT NULL,
    fact TEXT NOT NULL,
    at INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant, computer, fact, at)
) WITHOUT ROWID;
