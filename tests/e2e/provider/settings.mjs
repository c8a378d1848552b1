// The settings that a test can choose when it starts the provider and, except for the first five, at any time later.

const DEFAULTS = {
  // The name under which the provider is reached through the CONNECT proxy of the control server, on port 443.
  // Without a name, the provider is at https://localhost:<free port>, without a proxy.
  host: null,
  // The one path segment of the authority.
  tenant: 'contoso',
  // Simulate Microsoft Entra: its issuer, claims and extra response fields, and no revocation.
  entra: false,
  // With `entra`: further tenants, by domain. They have the same users, and their refresh tokens are those of `tenant`.
  tenants: {},
  // The URL of a web app, without a path, for which the client e2e-web is registered.
  web_app: null,
  // Ask clients for a certificate in TLS (RFC 8705): `request`, or `require`.
  mtls: null,

  access_token_seconds: 3600,
  refresh_token_seconds: 14 * 24 * 3600,
  device_code_seconds: 600,
  // Polling faster than this is answered with slow_down.
  device_interval_seconds: 1,
  // The number of seconds by which the server's clock is ahead, in the Date header of its answers.
  clock_ahead_seconds: 0,
  // Issue a new refresh token with each use. The reuse of an old one revokes all tokens of the sign-in.
  rotate: true,
  // `refresh_in` of token responses, when set.
  refresh_in_seconds: null,
  // The family of all clients: `foci` of token responses, when set.
  foci: null,
  // Accept only pushed authorization requests (RFC 9126).
  require_par: false,
  // Names of fields that are removed from every token response.
  omit: [],
};

export function readSettings(wanted) {
  return changeSettings(structuredClone(DEFAULTS), wanted);
}

export function changeSettings(settings, changes) {
  for (const name of Object.keys(changes)) {
    if (!(name in DEFAULTS)) throw new Error(`no such setting: ${name}`);
  }
  return Object.assign(settings, changes);
}
