"""MSAL Python in a web app that keeps a cache for each user in Redis, as its documentation shows it.

redis_python.py URL AUTHORITY USERS CALLS THREADS hit|refresh: prints how many tokens it serves in a second.
"""

import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import msal
import redis

from provider import Provider

url, authority = sys.argv[1:3]
users, calls, threads = map(int, sys.argv[3:6])
is_refresh = sys.argv[6] == "refresh"
server = redis.Redis.from_url(url)


def call(_):
    user = f"user{random.randrange(users):06}.tenant"
    cache = msal.SerializableTokenCache()
    cache.deserialize(server.get(f"msal:{user}").decode())
    app = msal.ConfidentialClientApplication(
        "app", client_credential="secret", oidc_authority=authority, token_cache=cache, http_client=Provider()
    )
    (account,) = app.get_accounts()
    assert app.acquire_token_silent(["api.read"], account, force_refresh=is_refresh)["access_token"]
    if cache.has_state_changed:
        server.set(f"msal:{user}", cache.serialize())


def rate(run):
    start = time.perf_counter()
    run()
    return calls / (time.perf_counter() - start)


def together():
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(call, range(calls)))


# Threads of one Python process take turns, so one thread may be faster than several. Print the better rate.
print(max(rate(lambda: [call(number) for number in range(calls)]), rate(together)))
