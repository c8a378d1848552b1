// What a test can choose, when it starts the provider and (the first three aside) at any time later.

const DEFAULTS = {
  // The name under which the provider is reached through the CONNECT proxy of the control server, on port 443.
  // Without one it is https://localhost:<free port>, without a proxy.
  host: null,
  // The one path segment of the authority.
  tenant: 'contoso',
  // Play Microsoft Entra: its issuer, claims and extra response fields, and no revocation.
  entra: false,

  access_token_seconds: 3600,
  refresh_token_seconds: 14 * 24 * 3600,
  device_code_seconds: 600,
  // Polling faster than this is answered with slow_down.
  device_interval_seconds: 1,
  // How far its clock is ahead, as its answers tell.
  clock_ahead_seconds: 0,
  // A new refresh token with each use; a spent one that comes back revokes all that came of the sign-in.
  rotate: true,
  // `refresh_in` and `foci` of token responses, when set.
  refresh_in_seconds: null,
  foci: null,
  // Names of fields that are taken out of every token response.
  omit: [],
};

export function readSettings(text) {
  return changeSettings({ ...DEFAULTS }, JSON.parse(text ?? '{}'));
}

export function changeSettings(settings, changes) {
  for (const name of Object.keys(changes)) {
    if (!(name in DEFAULTS)) throw new Error(`no such setting: ${name}`);
  }
  return Object.assign(settings, changes);
}
