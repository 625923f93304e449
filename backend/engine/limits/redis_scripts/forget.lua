-- Drops counters.
--
-- KEYS   the counters
return { redis.call('DEL', unpack(KEYS)) }
