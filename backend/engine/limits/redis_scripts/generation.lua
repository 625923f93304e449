-- Reads the number that changes when caches must be forgotten, and raises it first when asked to.
--
-- KEYS   the number
-- ARGV   by how much to raise it
return { redis.call('INCRBY', KEYS[1], ARGV[1]) }
