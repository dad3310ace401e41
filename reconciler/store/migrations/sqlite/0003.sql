-- The versions that a package manager offered, as JSON, newest first; none where that is not known.
ALTER TABLE findings ADD COLUMN offered TEXT;
