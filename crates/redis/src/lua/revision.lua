-- Returns the digest of a document without the document.
-- KEYS: document
return redis.sha1hex(redis.call('GET', KEYS[1]) or '')
