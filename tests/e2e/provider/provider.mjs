// oidc-provider as the tests want it, reached under one path segment.

import { createPublicKey, generateKeyPairSync } from 'node:crypto';

import { Provider } from 'oidc-provider';

import { privateKey } from './assertion.mjs';
import { accountClaims, answerInstanceDiscovery, refuseTenant, tenantOf } from './entra.mjs';
import { JWT_BEARER, TOKEN_EXCHANGE, registerExchanges } from './exchange.mjs';
import { wrapExchanges } from './exchanges.mjs';

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
// The last one is for programs that support only clients with a secret.
const CLIENTS = [
  { client_id: 'e2e-app' },
  { client_id: 'e2e-neighbour' },
  { client_id: 'e2e-secretive', client_secret: 'made-up', token_endpoint_auth_method: 'client_secret_basic' },
];
// Applications without a person.
const APPLICATIONS = [
  { client_id: 'e2e-basic', client_secret: 'made-up', token_endpoint_auth_method: 'client_secret_basic' },
  { client_id: 'e2e-post', client_secret: 'made-up', token_endpoint_auth_method: 'client_secret_post' },
  {
    client_id: 'e2e-key',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...createPublicKey(privateKey).export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] },
  },
  {
    client_id: 'e2e-api',
    client_secret: 'made-up',
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: [JWT_BEARER, TOKEN_EXCHANGE],
  },
].map(asApplication);
// An application that authenticates in TLS alone.
const TLS_APPLICATION = asApplication({
  client_id: 'e2e-tls',
  token_endpoint_auth_method: 'tls_client_auth',
  tls_client_auth_san_dns: 'e2e-tls.example',
});

function asApplication(client) {
  return {
    grant_types: ['client_credentials'],
    ...client,
    application_type: 'web',
    redirect_uris: [],
    response_types: [],
  };
}

// A confidential client. Unlike a native one, its redirect URI has a port.
const webClient = (origin) => ({
  client_id: 'e2e-web',
  client_secret: 'made-up',
  token_endpoint_auth_method: 'client_secret_basic',
  application_type: 'web',
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: [`${origin}/callback`],
  post_logout_redirect_uris: [`${origin}/`],
});
const API_SCOPES = ['api.read', 'api.write', 'mail.read'];

// The request listener of the provider.
export async function createProvider(state) {
  const { settings, origin } = state;
  const provider = new Provider(`${origin}/${settings.tenant}${settings.entra ? '/v2.0' : ''}`, configuration(state));
  registerExchanges(provider);
  provider.use(wrapExchanges(state));
  const answer = provider.callback();

  return (request, response) => {
    if (settings.entra && request.url.startsWith('/common/discovery/instance')) {
      return answerInstanceDiscovery(settings, response);
    }
    // oidc-provider has no such document. A captive portal answers this request too.
    const isOfRfc8414 = request.url.startsWith('/.well-known/oauth-authorization-server');
    const fault = isOfRfc8414 && state.faults.next('authorization_server');
    if (fault) return response.writeHead(fault.answer.status, fault.answer.headers).end(fault.answer.body);
    if (!tenantOf(settings, request.url)) {
      return settings.entra ? refuseTenant(response) : response.writeHead(404).end();
    }
    const base = `/${request.url.split('/')[1]}`;
    // Mounted as Express does it: oidc-provider finds the prefix by comparing the two URLs.
    request.url = request.url.slice(base.length).replace(/^\/v2\.0\/\.well-known\//, '/.well-known/');
    request.originalUrl = base + request.url;
    return answer(request, response);
  };
}

function configuration({ settings, storage }) {
  return {
    adapter: storage.adapter,
    claims: {
      openid: ['sub', 'oid', 'tid', 'ver'],
      profile: ['name', 'preferred_username'],
    },
    clients: [
      ...CLIENTS,
      ...APPLICATIONS,
      ...(settings.mtls ? [TLS_APPLICATION] : []),
      ...(settings.web_app ? [webClient(settings.web_app)] : []),
    ].map((client) => ({
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      id_token_signed_response_alg: 'ES256',
      grant_types: [DEVICE_CODE, 'refresh_token', 'authorization_code'],
      redirect_uris: ['http://localhost', 'http://localhost/back', 'http://127.0.0.1/callback', 'http://[::1]/back'],
      response_types: ['code'],
      ...client,
    })),
    clientAuthMethods: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      ...(settings.mtls ? ['tls_client_auth'] : []),
    ],
    conformIdTokenClaims: false,
    cookies: { keys: ['end-to-end'] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      deviceFlow: { enabled: true },
      pushedAuthorizationRequests: {
        enabled: true,
        requirePushedAuthorizationRequests: settings.require_par,
      },
      mTLS: {
        enabled: Boolean(settings.mtls),
        tlsClientAuth: true,
        getCertificate: (ctx) => ctx.socket.getPeerX509Certificate(),
        certificateAuthorized: (ctx) => ctx.socket.authorized,
        certificateSubjectMatches: (ctx, property, expected) =>
          property === 'tls_client_auth_san_dns' &&
          ctx.socket.getPeerX509Certificate().checkHost(expected) === expected,
      },
      revocation: { enabled: !settings.entra },
    },
    findAccount: (ctx, login) => ({ accountId: login, claims: () => accountClaims(settings, login, ctx.req.originalUrl) }),
    issueRefreshToken: () => true,
    jwks: { keys: [signingKey()] },
    pkce: { required: () => true },
    rotateRefreshToken: () => settings.rotate,
    routes: {
      authorization: '/oauth2/v2.0/authorize',
      code_verification: '/device',
      device_authorization: '/oauth2/v2.0/devicecode',
      revocation: '/oauth2/v2.0/revoke',
      token: '/oauth2/v2.0/token',
    },
    scopes: ['openid', 'profile', 'offline_access', ...API_SCOPES],
    ttl: {
      AccessToken: () => settings.access_token_seconds,
      DeviceCode: () => settings.device_code_seconds,
      Grant: () => settings.refresh_token_seconds,
      IdToken: () => settings.access_token_seconds,
      Interaction: 3600,
      RefreshToken: () => settings.refresh_token_seconds,
      Session: 3600,
    },
  };
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'e2e', use: 'sig' };
}
