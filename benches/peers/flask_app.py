"""A web app with Flask, Flask-Session and MSAL Python, which keeps the token cache of a user in the session, and the session in Redis.

`/sign-in?user=N` stands for the redirects to a provider and back. `/api` calls an API with the cached token, as
examples/webapp does.
"""

import json
import os
import time

import msal
import redis
import requests
from flask import Flask, redirect, render_template_string, request, session
from flask_session import Session

from provider import AUTHORITY, Provider

PAGE = """<!doctype html>
<title>API</title>
<h1>{{ name }}</h1>
<p>The API answers:</p>
<pre>{{ answer }}</pre>
"""

app = Flask(__name__)
app.config.update(SESSION_TYPE="redis", SESSION_REDIS=redis.Redis.from_url(os.environ["REDIS_URL"]))
Session(app)
api = requests.Session()


def token_cache():
    cache = msal.SerializableTokenCache()
    if session.get("token_cache"):
        cache.deserialize(session["token_cache"])
    return cache


@app.get("/sign-in")
def sign_in():
    user = request.args["user"]
    claims = {"iss": AUTHORITY, "sub": user, "aud": "app", "name": user, "iat": int(time.time()), "exp": 2**31}
    cache = token_cache()
    cache.add(
        {
            "client_id": "app",
            "scope": ["api.read"],
            "token_endpoint": f"{AUTHORITY}/token",
            "response": {
                "access_token": "a" * 2000,
                "refresh_token": "r" * 1500,
                "expires_in": 3600,
                "token_type": "Bearer",
                "id_token_claims": claims,
                "id_token": "i" * 1500,
            },
        }
    )
    session["user"] = claims
    session["token_cache"] = cache.serialize()
    return redirect("/api")


@app.get("/api")
def call_api():
    cache = token_cache()
    client = msal.ConfidentialClientApplication(
        "app", client_credential="secret", oidc_authority=AUTHORITY, token_cache=cache, http_client=Provider()
    )
    (account,) = client.get_accounts()
    token = client.acquire_token_silent(["api.read"], account)
    if cache.has_state_changed:
        session["token_cache"] = cache.serialize()
    answer = api.get(os.environ["API_URL"], headers={"Authorization": f"Bearer {token['access_token']}"}).json()
    return render_template_string(PAGE, name=session["user"]["name"], answer=json.dumps(answer, indent=2))
