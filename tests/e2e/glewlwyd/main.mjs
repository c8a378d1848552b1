// Glewlwyd on loopback, over plain HTTP, with one person, one public client, and one application with a key, set up by its
// own administration API.
//
//   node main.mjs '{"access_token_seconds": 60}'
//
// prints one line of JSON when it is ready and lives until its standard input closes. Requests go through this process,
// which counts them and speaks the control protocol of ../provider/control.mjs, as far as the tests need it.

import { spawn, spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { privateKey } from '../provider/assertion.mjs';

const CLIENT_ID = 'e2e-app';
const APPLICATION = 'e2e-key';
const LOGIN = 'alice';
const PASSWORD = 'of-one-run';
const SCOPES = ['openid', 'profile', 'api.read', 'offline_access'];
// Debian's package has these files: the tables, and an administrator.
const TABLES = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3';
const ADMINISTRATOR = { username: 'admin', password: 'password' };

const settings = { access_token_seconds: 3600, poll_seconds: 1, ...JSON.parse(process.argv[2] ?? '{}') };
const folder = mkdtempSync(join(tmpdir(), 'tokcache-glewlwyd-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const exchanges = [];
const server = createServer((request, response) => {
  const answer = request.url.startsWith('/control/') ? control : pass;
  answer(request, response).catch((error) => response.writeHead(502).end(String(error)));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${server.address().port}`;

const innerPort = await freePort();
const inner = `http://127.0.0.1:${innerPort}`;
const glewlwyd = start();
process.on('exit', () => glewlwyd.kill('SIGKILL'));
await isUp();
await setUp();

console.log(JSON.stringify({ authority: `${address}/api/oidc`, control: address }));
process.stdin.on('close', () => process.exit(0)).resume();

function start() {
  const database = join(folder, 'database');
  const program = 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())';
  const made = spawnSync('python3', ['-c', program, database, TABLES], { stdio: 'inherit' });
  if (made.status !== 0) throw new Error(`no database from ${TABLES}`);
  const configuration = join(folder, 'glewlwyd.conf');
  writeFileSync(
    configuration,
    `port=${innerPort}
bind_address="127.0.0.1"
external_url="${address}/"
login_url="login.html"
api_prefix="api"
log_mode="console"
log_level="WARNING"
cookie_secure=0
session_key="GLEWLWYD2_SESSION_ID"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
login_api_enabled=true
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
use_secure_connection=false
secure_connection_key_file="none"
secure_connection_pem_file="none"
secure_connection_ca_file="none"
hash_algorithm="SHA512"
database = { type = "sqlite3"; path = "${database}"; };
`,
  );
  // Glewlwyd's output must not go to standard output, which has only the one line.
  return spawn('glewlwyd', [`--config-file=${configuration}`], { stdio: ['ignore', 2, 2] });
}

async function isUp() {
  for (let tries = 0; tries < 600; tries += 1) {
    if (glewlwyd.exitCode !== null) throw new Error(`glewlwyd has ended with ${glewlwyd.exitCode}`);
    if (await fetch(`${inner}/config`).then(() => true, () => false)) return;
    await sleep(50);
  }
  throw new Error('glewlwyd does not answer');
}

async function setUp() {
  const administrator = await signIn(ADMINISTRATOR);
  const add = (path, body) => call(administrator, 'POST', path, body);
  for (const name of SCOPES.filter((scope) => scope !== 'openid')) {
    await add('/api/scope/', { name, display_name: name, password_required: false });
  }
  await add('/api/user/', {
    username: LOGIN,
    name: 'Alice',
    email: 'alice@example.com',
    password: PASSWORD,
    scope: [...SCOPES, 'g_profile'],
    enabled: true,
  });
  await add('/api/client/', {
    client_id: CLIENT_ID,
    name: CLIENT_ID,
    confidential: false,
    authorization_type: ['device_authorization', 'refresh_token'],
    scope: [],
    enabled: true,
  });
  await add('/api/client/', {
    client_id: APPLICATION,
    name: APPLICATION,
    confidential: true,
    authorization_type: ['client_credentials'],
    scope: ['api.read'],
    token_endpoint_auth_method: ['private_key_jwt'],
    pubkey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }),
    enabled: true,
  });
  await add('/api/mod/plugin/', {
    module: 'oidc',
    name: 'oidc',
    display_name: 'oidc',
    enabled: true,
    parameters: {
      iss: `${address}/api/oidc`,
      'jwt-type': 'sha',
      'jwt-key-size': '256',
      key: 'of one run',
      'access-token-duration': settings.access_token_seconds,
      'refresh-token-duration': 1209600,
      'code-duration': 600,
      'refresh-token-rolling': true,
      'refresh-token-one-use': 'always',
      'allow-non-oidc': true,
      'auth-type-code-enabled': true,
      'auth-type-token-enabled': false,
      'auth-type-id-token-enabled': true,
      'auth-type-client-enabled': true,
      'client-pubkey-parameter': 'pubkey',
      'request-parameter-allow': true,
      'auth-type-password-enabled': false,
      'auth-type-device-enabled': true,
      'auth-type-refresh-enabled': true,
      'device-authorization-expiration': 600,
      'device-authorization-interval': settings.poll_seconds,
      'introspection-revocation-allowed': true,
      'introspection-revocation-allow-target-client': true,
      'allowed-scope': SCOPES,
      'name-claim': 'mandatory',
      'email-claim': 'mandatory',
      scope: [],
      'secret-type': 'pairwise',
    },
  });
}

// Forwards a request, and records the result.
async function pass(request, response) {
  const body = await textOf(request);
  const { method, headers } = request;
  const through = forward(inner + request.url, { method, headers: { ...headers, host: `127.0.0.1:${innerPort}` } });
  through.end(body);
  const [answer] = await once(through, 'response');
  const text = await textOf(answer);
  const json = /json/.test(answer.headers['content-type']) ? JSON.parse(text) : {};
  const { grant_type } = Object.fromEntries(new URLSearchParams(body));
  // A refusal has no body here, so only the status shows it.
  const refused = grant_type === 'refresh_token' && answer.statusCode === 400 ? 'invalid_grant' : null;
  exchanges.push({ path: request.url, grant_type, status: answer.statusCode, error: json.error ?? refused });
  response.writeHead(answer.statusCode, answer.headers).end(text);
}

async function control(request, response) {
  const argument = JSON.parse((await textOf(request)) || '{}');
  const commands = {
    '/control/approve': ({ user_code }) => approve(user_code),
    '/control/exchanges': () => exchanges,
    '/control/live-refresh-tokens': liveRefreshTokens,
  };
  const result = await commands[request.url](argument);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result ?? null));
}

// Acts as the person: signs in, grants the scopes, and types the code.
async function approve(userCode) {
  const person = await signIn({ username: LOGIN, password: PASSWORD });
  await call(person, 'PUT', `/api/auth/grant/${CLIENT_ID}/`, { scope: SCOPES.join(' ') });
  const page = await call(person, 'GET', `/api/oidc/device?code=${userCode}&g_continue`);
  const location = page.headers.get('location') ?? '';
  if (!location.endsWith('prompt=deviceComplete')) throw new Error(`${userCode} is not approved: ${location}`);
}

async function liveRefreshTokens() {
  const person = await signIn({ username: LOGIN, password: PASSWORD });
  const tokens = await (await call(person, 'GET', '/api/oidc/token?limit=1000')).json();
  return tokens.filter((token) => token.enabled).length;
}

// The session's cookie.
async function signIn(credentials) {
  const response = await call('', 'POST', '/api/auth/', credentials);
  return response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ');
}

async function call(cookie, method, path, body) {
  const headers = { cookie, ...(body && { 'content-type': 'application/json' }) };
  const response = await fetch(inner + path, { method, headers, redirect: 'manual', body: body && JSON.stringify(body) });
  if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}

async function textOf(stream) {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}

// Glewlwyd has no setting to choose a free port by itself.
async function freePort() {
  const socket = createSocket().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
