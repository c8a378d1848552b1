-- Saves a document if the current one has the expected digest (compare-and-set).
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
-- A missing document counts as an empty one.
local found = redis.sha1hex(redis.call('GET', KEYS[1]) or '')
-- If the document is the new one already, the command is repeated because its answer was lost.
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
