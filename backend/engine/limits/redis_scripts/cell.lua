-- Reads an account's cell.
--
-- KEYS   the cell
-- gives  position, ceiling  |  nothing without a cell
local cell = redis.call('HMGET', KEYS[1], 'position', 'ceiling')
if not cell[1] then
  return {}
end
return { tonumber(cell[1]), tonumber(cell[2]) }
