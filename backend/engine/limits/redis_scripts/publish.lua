-- Sets how far an account may go, unless a newer version is known; moves a cell up that has lost reservations.
--
-- KEYS   the account's cell: a hash of position, ceiling, version; it never expires
-- ARGV   ceiling, version, the least position
-- gives  1 when the ceiling was taken, else 0
local cell = redis.call('HMGET', KEYS[1], 'position', 'version')
if not cell[1] or tonumber(cell[1]) < tonumber(ARGV[3]) then
  redis.call('HSET', KEYS[1], 'position', ARGV[3])
end
if cell[1] and tonumber(cell[2]) >= tonumber(ARGV[2]) then
  return { 0 }
end
redis.call('HSET', KEYS[1], 'ceiling', ARGV[1], 'version', ARGV[2])
return { 1 }
