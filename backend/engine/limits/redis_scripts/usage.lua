-- How many calls a window holds, and when the oldest of them came.
--
-- KEYS   the window's counter
-- ARGV   now in us ('' asks Redis), window in us
-- gives  calls, time of the oldest in us (now when there is none)
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
now = math.max(now, tonumber(newest[2] or 0))
local since = string.format('(%.0f', now - tonumber(ARGV[2]))
local oldest = redis.call('ZRANGE', KEYS[1], since, '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
return { redis.call('ZCOUNT', KEYS[1], since, '+inf'), tonumber(oldest[2] or now) }
