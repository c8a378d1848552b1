-- Returns the digest of a document.
-- KEYS: document
return redis.sha1hex(redis.call('GET', KEYS[1]) or '')
