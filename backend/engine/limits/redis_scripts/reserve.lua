-- Takes the next credits of an account, all or none.
--
-- KEYS   the account's cell: a hash of position, ceiling, version
-- ARGV   credits
-- gives  1, end, remaining  |  0, remaining: not enough  |  -1: no cell
local cell = redis.call('HMGET', KEYS[1], 'position', 'ceiling')
if not cell[1] then
  return { -1 }
end
local position, ceiling = tonumber(cell[1]), tonumber(cell[2])
local finish = position + tonumber(ARGV[1])
if finish > ceiling then
  return { 0, math.max(0, ceiling - position) }
end
redis.call('HSET', KEYS[1], 'position', string.format('%.0f', finish))
return { 1, finish, ceiling - finish }
