-- One decision over any mix of rules: every counter counts the call, or none does.
--
-- KEYS   one counter a rule; rules of one sort may share it
-- ARGV   now in us ('' asks Redis), cost, 1 to count or 0 to look, then three a rule:
--        'window', limit, window in us  |  'bucket', capacity, us a token  |  'day', limit, 1 when it refuses
-- gives  now, then four a rule: 1 when it admits, what remains, when a place or everything is free, when everything
--        would be free without this call; times in us
--
-- Times are doubles, exact below 2^53 us. The arithmetic is that of windows.py, buckets.py and days.py.
local DAY, SPAN_MAX, SLACK = 86400000000, 4503599627370496, 60000
local cost, counts = tonumber(ARGV[2]), ARGV[3] == '1'
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end

local function text(number)
  return string.format('%.0f', number)
end

local function expire(key, span)
  redis.call('PEXPIRE', key, text(math.ceil(span / 1000) + SLACK))
end

local judge, count = {}, {}

-- A sorted set of calls by time. Its members are numbered, and carry the longest window ever looked through.
function judge.window(key, limit, span, counter)
  local newest = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
  local last = tonumber(newest[2] or 0)
  local number, longest = string.match(newest[1] or '0:0', '(%d+):(%d+)')
  counter.number = tonumber(number)
  counter.longest = math.max(span, tonumber(longest), counter.longest or 0)
  counter.at = math.max(now, last)
  local left = limit - redis.call('ZCOUNT', key, '(' .. text(counter.at - span), '+inf') - cost
  local quiet = math.max(now, last + span)
  if left >= 0 then
    return true, left, counter.at + span, quiet
  end
  local free = counter.at
  if limit >= cost then
    free = tonumber(redis.call('ZRANGE', key, limit - cost, limit - cost, 'REV', 'WITHSCORES')[2])
  end
  return false, math.max(0, left + cost), free + span, quiet
end

function count.window(key, _, counter)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', text(counter.at - counter.longest))
  for call = 1, cost do
    local member = string.format('%016.0f:%.0f', counter.number + call, counter.longest)
    redis.call('ZADD', key, text(counter.at), member)
  end
  expire(key, counter.longest)
end

-- A hash: until when the used tokens drain, us a token they were counted at, the newest call.
function judge.bucket(key, limit, interval, counter)
  local held = redis.call('HMGET', key, 'busy_until', 'interval', 'seen')
  local busy_until, pace = tonumber(held[1] or 0), tonumber(held[2] or interval)
  counter.at = math.max(now, tonumber(held[3] or 0))
  if pace ~= interval and busy_until > counter.at then
    local level = math.ceil((busy_until - counter.at) / pace * interval)
    busy_until = counter.at + math.min(level, SPAN_MAX)
    redis.call('HSET', key, 'busy_until', text(busy_until), 'interval', interval, 'seen', text(counter.at))
    expire(key, busy_until - counter.at)
  end
  counter.busy_until = math.max(busy_until, counter.at)
  local room = limit * interval - (counter.busy_until - counter.at)
  local left = room - cost * interval
  local quiet = math.max(now, busy_until)
  if left >= 0 then
    return true, math.floor(left / interval), counter.busy_until + cost * interval, quiet
  end
  local free = counter.busy_until
  if limit >= cost then
    free = free - (limit - cost) * interval
  elseif limit > 0 then
    free = free + limit * interval
  else
    free = free + 60000000
  end
  return false, math.floor(math.max(0, room) / interval), free, quiet
end

function count.bucket(key, interval, counter)
  local busy_until = counter.busy_until + cost * interval
  redis.call('HSET', key, 'busy_until', text(busy_until), 'interval', interval, 'seen', text(counter.at))
  expire(key, busy_until - counter.at)
end

-- A hash: the number of the UTC day, and the calls counted in it.
function judge.day(key, limit, refuses, counter)
  local held = redis.call('HMGET', key, 'day', 'calls')
  counter.day, counter.calls = math.floor(now / DAY), 0
  if tonumber(held[1] or 0) >= counter.day then
    counter.day, counter.calls = tonumber(held[1]), tonumber(held[2])
  end
  local left = limit - counter.calls - cost
  local finish = (counter.day + 1) * DAY
  if left < 0 and refuses == 1 then
    return false, math.max(0, left + cost), finish, finish
  end
  -- Below 0: beyond the quota, and admitted all the same.
  return true, left, finish, finish
end

function count.day(key, _, counter)
  redis.call('HSET', key, 'day', text(counter.day), 'calls', text(counter.calls + cost))
  expire(key, (counter.day + 1) * DAY - now)
end

local answer, counters, admits = { now }, {}, true
for i, key in ipairs(KEYS) do
  local kind, limit, span = ARGV[3 * i + 1], tonumber(ARGV[3 * i + 2]), tonumber(ARGV[3 * i + 3])
  counters[key] = counters[key] or {}
  local allowed, remaining, reset, quiet = judge[kind](key, limit, span, counters[key])
  admits = admits and allowed
  answer[4 * i - 2], answer[4 * i - 1] = allowed and 1 or 0, remaining
  answer[4 * i], answer[4 * i + 1] = reset, quiet
end

if counts and admits then
  -- A counter given twice is written twice with the same.
  for i, key in ipairs(KEYS) do
    count[ARGV[3 * i + 1]](key, tonumber(ARGV[3 * i + 3]), counters[key])
  end
end
return answer
