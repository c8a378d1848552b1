// Microsoft Entra's additions to OpenID Connect, as far as MSAL uses them.

import { createHash } from 'node:crypto';

const TENANT_ID = '11111111-2222-3333-4444-555555555555';
const PUBLIC_CLOUD = ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'];

// The host names of the provider. Entra answers under every alias of its cloud.
export function hostNames({ host }) {
  return PUBLIC_CLOUD.includes(host) ? PUBLIC_CLOUD : [host ?? 'localhost'];
}

// The tenant that a URL names by its identifier or its domain; undefined if there is none.
export function tenantOf({ tenant, tenants }, url) {
  const [, segment] = url.toLowerCase().split('/');
  return segment === tenant ? tenant : (tenants[segment] ?? Object.values(tenants).find((id) => id === segment));
}

export function refuseTenant(response) {
  const error = { error: 'invalid_tenant', error_description: 'AADSTS90002: Tenant not found.', error_codes: [90002] };
  response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(error));
}

// Names the tenant in the metadata by its identifier, as Entra does, whatever the request called it.
export function metadataOfTenant(settings, url, metadata) {
  const [, segment] = url.split('/');
  const tenant = tenantOf(settings, url);
  const text = JSON.stringify({ ...metadata, issuer: metadata.issuer.replace(settings.tenant, tenant) });
  return JSON.parse(text.replaceAll(`/${segment}/`, `/${tenant}/`));
}

export function accountClaims(settings, login, url) {
  const claims = { sub: login, preferred_username: `${login}@example.com`, name: `Name of ${login}` };
  return settings.entra ? { ...claims, oid: objectId(login), tid: tenantOf(settings, url) ?? TENANT_ID, ver: '2.0' } : claims;
}

// Adds Entra's own fields to a token response.
export function decorate(form, login, body) {
  body.ext_expires_in = body.expires_in;
  if (form.client_info === '1') {
    const identity = JSON.stringify({ uid: objectId(login), utid: TENANT_ID });
    body.client_info = Buffer.from(identity).toString('base64url');
  }
}

// A family of clients: each can use the refresh tokens of the others. oidc-provider knows no families, so it gets the request
// of the client that signed in. The ID token is for the client that sent the request; its signature is no longer valid, but
// no client checks it.
export class Family {
  #signedIn = new Map();

  // Returns the client that signed in, for a refresh token of the family.
  ownerOf(form) {
    return this.#signedIn.get(form.refresh_token) ?? form.client_id;
  }

  complete(settings, owner, member, body) {
    if (settings.foci === null) return;
    body.foci = settings.foci;
    if (body.refresh_token) this.#signedIn.set(body.refresh_token, owner);
    if (body.id_token && owner !== member) {
      const [header, claims, signature] = body.id_token.split('.');
      const own = { ...JSON.parse(Buffer.from(claims, 'base64url')), aud: member };
      body.id_token = [header, Buffer.from(JSON.stringify(own)).toString('base64url'), signature].join('.');
    }
  }
}

// The message to the person in the device authorization response. The Azure CLI prints nothing else.
export function instructions({ verification_uri, user_code }) {
  return `To sign in, open ${verification_uri} and enter the code ${user_code}.`;
}

// The table of aliases. MSAL Python requests it before it looks up tokens under a cloud's other names.
export function answerInstanceDiscovery(settings, response) {
  const aliases = hostNames(settings);
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({
      'api-version': '1.1',
      tenant_discovery_endpoint: `https://${settings.host}/${settings.tenant}/v2.0/.well-known/openid-configuration`,
      metadata: [{ preferred_network: aliases[0], preferred_cache: aliases[1], aliases }],
    }),
  );
}

function objectId(login) {
  const hex = createHash('sha256').update(login).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
