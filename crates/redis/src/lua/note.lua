-- Writes the note of a credential, or removes it.
-- KEYS: notes of the partition
-- ARGV: credential, note or '', milliseconds
if ARGV[2] == '' then
  return redis.call('HDEL', KEYS[1], ARGV[1])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
