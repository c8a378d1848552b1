-- Saves a document in the place of the one that has the expected digest (compare-and-set).
-- KEYS: document, and with a fence: lease, fence
-- ARGV: expected digest, digest of the bytes, bytes, 'PX' or 'PXAT' or '', milliseconds, number of the fence or ''
if ARGV[6] ~= '' then
  local number = tonumber(ARGV[6])
  local held = redis.call('GET', KEYS[2])
  local last = redis.call('GET', KEYS[3])
  if held and tonumber(string.match(held, '^%d+')) ~= number or last and tonumber(last) > number then
    return 'lost'
  end
end
-- No document and an empty one are the same.
local found = redis.sha1hex(redis.call('GET', KEYS[1]) or '')
-- A document that is the new one already is a save whose answer was lost.
if found ~= ARGV[1] and found ~= ARGV[2] then
  return 'conflict'
end
if ARGV[3] == '' then
  redis.call('DEL', KEYS[1])
elseif ARGV[4] == '' then
  redis.call('SET', KEYS[1], ARGV[3])
else
  redis.call('SET', KEYS[1], ARGV[3], ARGV[4], ARGV[5])
end
return 'saved'
