-- How many computers a commit in force concerned; none until that is worked out.
ALTER TABLE commits ADD COLUMN concerned INTEGER;
UPDATE commits SET concerned = 0 WHERE verdict = 'accepted';
