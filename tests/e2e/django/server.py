"""django-oauth-toolkit on loopback, over plain HTTP, with one person, one public client, and an application.

    server.py '{"access_token_seconds": 60}'

prints one line of JSON when it is ready and lives until its standard input closes. It speaks the control protocol of
../provider/control.mjs, as far as the tests need it.
"""

import http.client
import json
import shutil
import sys
import tempfile
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Lock, Thread
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.http import JsonResponse
from django.urls import include, path

SETTINGS = {"access_token_seconds": 3600, "poll_seconds": 1, "scopes": ["openid", "profile", "api.read"]}
CLIENT_ID = "e2e-app"
# An application of this server has one grant, so a client of its own signs in through the browser.
BROWSER_CLIENT_ID = "e2e-browser"
APPLICATION = "e2e-basic"
PEOPLE = ["alice"]


class Exchanges:
    """Counts the token requests, as middleware."""

    seen = []
    lock = Lock()

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not request.path.startswith("/control/"):
            answer = json.loads(response.content) if "json" in response.get("Content-Type", "") else {}
            with self.lock:
                exchange = {"path": request.path, "grant_type": request.POST.get("grant_type")}
                self.seen.append(exchange | {"status": response.status_code, "error": answer.get("error")})
        return response


def configure(folder, address):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    apps = ["admin", "auth", "contenttypes", "messages", "sessions"]
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1", "testserver"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": folder / "database",
                "OPTIONS": {"timeout": 60, "transaction_mode": "IMMEDIATE"},
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[f"django.contrib.{app}" for app in apps] + ["oauth2_provider"],
        LOGIN_URL="/admin/login/",
        # The tables are made from the models, not step by step.
        MIGRATION_MODULES={app: None for app in [*apps, "oauth2_provider"]},
        MIDDLEWARE=[
            f"{__name__}.Exchanges",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        OAUTH2_PROVIDER={
            "ACCESS_TOKEN_EXPIRE_SECONDS": SETTINGS["access_token_seconds"],
            "DEVICE_FLOW_INTERVAL": SETTINGS["poll_seconds"],
            "OAUTH_DEVICE_VERIFICATION_URI": f"{address}/o/device/",
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": key.private_bytes(*pem).decode(),
            "REFRESH_TOKEN_REUSE_PROTECTION": True,
            "ROTATE_REFRESH_TOKEN": True,
            "SCOPES": {scope: scope for scope in SETTINGS["scopes"]},
        },
        ROOT_URLCONF=__name__,
        SECRET_KEY="of one run",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        USE_TZ=True,
    )
    django.setup()


def populate():
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from oauth2_provider.models import Application

    call_command("migrate", verbosity=0, run_syncdb=True)
    for login in PEOPLE:
        User.objects.create_superuser(login, password="of one run")
    Application.objects.create(
        client_id=CLIENT_ID,
        client_type=Application.CLIENT_PUBLIC,
        authorization_grant_type=Application.GRANT_DEVICE_CODE,
        algorithm=Application.RS256_ALGORITHM,
    )
    Application.objects.create(
        client_id=BROWSER_CLIENT_ID,
        client_type=Application.CLIENT_PUBLIC,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        algorithm=Application.RS256_ALGORITHM,
        redirect_uris="http://127.0.0.1/callback",
        skip_authorization=True,
    )
    Application.objects.create(
        client_id=APPLICATION,
        client_secret="made-up",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )


def decide(user_code, login, action):
    """Acts as the person: signs in, types the code, and presses a button."""
    from django.test import Client

    browser = Client()
    assert browser.login(username=login, password="of one run")
    page = browser.post("/o/device/", {"user_code": user_code})
    assert page.status_code == 302, page.content
    assert browser.post(page["Location"], {"action": action}).status_code == 302


def open_page(url, login):
    """Acts as the person with a browser: signs in, and follows the redirects to the client and back."""
    from django.test import Client

    browser = Client()
    assert browser.login(username=login, password="of one run")
    while url:
        page = urlsplit(url)
        answer = browser.get(f"{page.path}?{page.query}")
        assert answer.status_code == 302, answer.content
        client = urlsplit(answer["Location"])
        connection = http.client.HTTPConnection(client.netloc)
        connection.request("GET", f"{client.path}?{client.query}")
        url = connection.getresponse().getheader("Location")


def live_refresh_tokens(login):
    from oauth2_provider.models import RefreshToken

    return RefreshToken.objects.filter(user__username=login, revoked__isnull=True).count()


def control(request, command):
    argument = json.loads(request.body or "{}")
    commands = {
        "approve": lambda: decide(argument["user_code"], argument["login"], "accept"),
        "deny": lambda: decide(argument["user_code"], PEOPLE[0], "deny"),
        "exchanges": lambda: Exchanges.seen,
        "open": lambda: open_page(argument["url"], argument["login"]),
        "live-refresh-tokens": lambda: live_refresh_tokens(argument["login"]),
    }
    return JsonResponse(commands[command](), safe=False)


control.csrf_exempt = True

# Set when Django is set up.
urlpatterns = [path("control/<slug:command>", control)]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def serve(server, address):
    from django.contrib import admin
    from django.core.wsgi import get_wsgi_application

    urlpatterns.append(path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")))
    urlpatterns.append(path("admin/", admin.site.urls))
    server.set_app(get_wsgi_application())
    Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"authority": f"{address}/o", "control": address}), flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    SETTINGS |= json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    sys.modules["server"] = sys.modules[__name__]
    folder = Path(tempfile.mkdtemp(prefix="tokcache-django-"))
    server = make_server("127.0.0.1", 0, None, Server, Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        configure(folder, address)
        populate()
        serve(server, address)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
