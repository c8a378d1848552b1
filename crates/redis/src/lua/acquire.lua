-- Takes the lease if it is free. The value is "NUMBER OWNER HOLDER", and the key expires by itself.
-- KEYS: lease, fence
-- ARGV: owner, milliseconds of the lease, milliseconds of the fence, holder
local held = redis.call('GET', KEYS[1])
if held then
  local number, owner, holder = string.match(held, '^(%d+) (%x+) (.*)$')
  if owner ~= ARGV[1] then
    return {'taken', holder or ''}
  end
  -- The command is repeated because its answer was lost.
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return {'held', number}
end
-- Microseconds since the epoch: the number grows even if the last one is lost. Lua's numbers hold them exactly.
local time = redis.call('TIME')
local number = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[2]) or 0)
if number <= last then
  number = last + 1
end
number = string.format('%.0f', number)
redis.call('SET', KEYS[2], number, 'PX', ARGV[3])
redis.call('SET', KEYS[1], number .. ' ' .. ARGV[1] .. ' ' .. ARGV[4], 'NX', 'PX', ARGV[2])
return {'held', number}
