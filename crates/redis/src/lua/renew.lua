-- Restarts the time of a lease, unless another holder has had it since.
-- KEYS: lease, fence
-- ARGV: owner, milliseconds of the lease, milliseconds of the fence, holder, number
local held = redis.call('GET', KEYS[1])
local last = redis.call('GET', KEYS[2])
if held and string.match(held, '^%d+ (%x+) ') ~= ARGV[1] or last and tonumber(last) > tonumber(ARGV[5]) then
  return 0
end
redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[3])
-- A lease that has expired is renewed as well if nobody has had it since.
redis.call('SET', KEYS[1], ARGV[5] .. ' ' .. ARGV[1] .. ' ' .. ARGV[4], 'PX', ARGV[2])
return 1
