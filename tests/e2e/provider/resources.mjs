// Two protected resources, as MCP servers are, and a real authorization server (oidc-provider) that they trust, on
// loopback without TLS.
//
//   node resources.mjs '{"access_token_seconds": 60}'
//
// prints one line of JSON when it is ready and lives until its standard input closes.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { Provider, errors } from 'oidc-provider';

import { JWT_BEARER, TOKEN_EXCHANGE } from './exchange.mjs';
import { Storage } from './storage.mjs';

// oidc-provider has notices for developers; standard output is for the one line.
console.info = console.warn;

const settings = {
  access_token_seconds: 3600,
  // Register clients (RFC 7591).
  registers: true,
  ...JSON.parse(process.argv[2] ?? '{}'),
};
const RESOURCES = ['/one/mcp', '/two/mcp'];
const SCOPES = ['tools.read', 'tools.write'];

const resourceServer = await listening(createServer());
const authorizationServer = await listening(createServer());
const [resources, issuer] = [resourceServer, authorizationServer].map((server) => `http://127.0.0.1:${server.address().port}`);

// The requests that the tests ask about, and the time that a refresh takes.
const state = { requests: [], refresh_delay: 0, delayed: 0 };
const storage = new Storage();
const provider = new Provider(issuer, {
  adapter: storage.adapter,
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
  cookies: { keys: ['mcp'] },
  clients: [
    {
      client_id: 'registered',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token', TOKEN_EXCHANGE],
      redirect_uris: ['http://127.0.0.1/callback'],
      response_types: ['code'],
    },
    {
      client_id: 'agent',
      client_secret: 'made-up',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: [JWT_BEARER],
      redirect_uris: [],
      response_types: [],
    },
  ],
  clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    registration: { enabled: settings.registers },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      getResourceServerInfo: (ctx, resource) => {
        if (!RESOURCES.some((path) => resources + path === resource)) throw new errors.InvalidTarget();
        return {
          scope: SCOPES.join(' '),
          audience: resource,
          accessTokenFormat: 'opaque',
          accessTokenTTL: settings.access_token_seconds,
        };
      },
      useGrantedResource: () => true,
    },
    revocation: { enabled: true },
  },
  findAccount: (ctx, login) => ({
    accountId: login,
    claims: () => ({ sub: login, name: login, preferred_username: `${login}@example.com` }),
  }),
  issueRefreshToken: () => true,
  pkce: { required: () => true },
  rotateRefreshToken: () => true,
  scopes: ['openid', 'profile', 'offline_access'],
});
registerCrossAppAccess();
provider.use(async (ctx, next) => {
  const isToken = ctx.path === '/token';
  if (isToken && state.refresh_delay > 0) {
    state.delayed += 1;
    await sleep(state.refresh_delay);
    // A client that was killed meanwhile has redeemed nothing.
    if (ctx.req.socket.destroyed) return;
  }
  await next();
  if (isToken || ctx.path === '/reg') {
    const { grant_type, resource } = ctx.oidc?.body ?? {};
    state.requests.push({ path: ctx.path, grant_type, resource, status: ctx.status });
  }
});
authorizationServer.on('request', provider.callback());

resourceServer.on('request', async (request, response) => {
  const { pathname } = new URL(request.url, resources);
  const answer = (status, body, headers = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  if (pathname === '/control') {
    const { forget_clients, ...changes } = JSON.parse(body || '{}');
    if (forget_clients) storage.adapter('Client').removeWhere(() => true);
    return answer(200, Object.assign(state, changes));
  }
  const described = RESOURCES.find((path) => pathname === `/.well-known/oauth-protected-resource${path}`);
  if (described) {
    return answer(200, {
      resource: resources + described,
      authorization_servers: [issuer],
      scopes_supported: ['tools.read'],
    });
  }
  if (!RESOURCES.includes(pathname)) return answer(404, {});
  const metadata = `${resources}/.well-known/oauth-protected-resource${pathname}`;
  const challenge = (error) => ({ 'www-authenticate': `Bearer ${error}scope="tools.read", resource_metadata="${metadata}"` });
  const [, presented] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  const token = presented && (await provider.AccessToken.find(presented));
  if (!token || token.isExpired || token.aud !== resources + pathname) {
    return answer(401, {}, challenge(presented ? 'error="invalid_token", ' : ''));
  }
  return answer(200, { resource: token.aud, scope: token.scope, client: token.clientId, user: token.accountId });
});

console.log(JSON.stringify({ resources, issuer }));

process.stdin.on('close', () => process.exit(0)).resume();

// Cross-app access, which oidc-provider does not have: this provider is the identity provider of the company too. Its
// assertion is opaque here.
function registerCrossAppAccess() {
  const assertions = new Map();
  const exchanged = ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'resource', 'scope'];
  provider.registerGrantType(
    TOKEN_EXCHANGE,
    async (ctx) => {
      const { client, params } = ctx.oidc;
      const { payload } = await provider.IdToken.validate(params.subject_token, client);
      const isWanted =
        params.subject_token_type.endsWith(':id_token') && params.requested_token_type.endsWith(':id-jag');
      if (!isWanted || params.audience !== issuer) throw new errors.InvalidRequest('not an ID-JAG for this server');
      const assertion = `assertion-${assertions.size}`;
      assertions.set(assertion, { accountId: payload.sub, resource: params.resource });
      ctx.body = { access_token: assertion, issued_token_type: params.requested_token_type, token_type: 'N_A' };
    },
    exchanged,
    ['audience', 'resource'],
  );
  provider.registerGrantType(
    JWT_BEARER,
    async (ctx) => {
      const { client, params } = ctx.oidc;
      const assertion = assertions.get(params.assertion);
      if (!assertion || assertion.resource !== params.resource) throw new errors.InvalidGrant('no such assertion');
      const { accountId, resource: aud } = assertion;
      const token = new provider.AccessToken({ accountId, aud, client, gty: 'assertion', scope: params.scope });
      ctx.oidc.entity('AccessToken', token);
      ctx.body = { access_token: await token.save(), expires_in: token.expiration, token_type: token.tokenType };
    },
    ['assertion', 'scope', 'resource'],
  );
}

async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
