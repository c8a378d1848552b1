// A real authorization server (oidc-provider) on loopback, over TLS, with faults that a test can inject.
//
//   node main.mjs '{"access_token_seconds": 60}'
//
// prints one line of JSON when it is ready and lives until its standard input closes. Settings: settings.mjs.

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createBrowser } from './browser.mjs';
import { issueCertificates } from './certificates.mjs';
import { createControl } from './control.mjs';
import { hostNames } from './entra.mjs';
import { Exchanges } from './exchanges.mjs';
import { Faults } from './faults.mjs';
import { createProvider } from './provider.mjs';
import { readSettings } from './settings.mjs';
import { Storage } from './storage.mjs';

// oidc-provider has notices for developers; standard output is for the one line.
console.info = console.warn;

const settings = readSettings(process.argv[2]);
const { authority: certificateAuthority, certificate, key } = await issueCertificates([...hostNames(settings), ...(settings.mtls ? ['e2e-tls.example'] : [])]);

const server = createServer({
  cert: certificate,
  key,
  ...(settings.mtls && {
    ca: certificateAuthority,
    requestCert: true,
    rejectUnauthorized: settings.mtls === 'require',
  }),
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();

const origin = settings.host ? `https://${settings.host}` : `https://localhost:${port}`;
const state = { settings, origin, storage: new Storage(), exchanges: new Exchanges(), faults: new Faults() };
server.on('request', await createProvider(state));

const browser = createBrowser({ origin, port, certificateAuthority });
const control = createControl({ ...state, port, browser });
control.listen(0, '127.0.0.1');
await once(control, 'listening');

const folder = mkdtempSync(join(tmpdir(), 'tokcache-provider-'));
const certificateAuthorityFile = join(folder, 'ca.pem');
writeFileSync(certificateAuthorityFile, certificateAuthority);
const clientCertificateFile = join(folder, 'client.pem');
writeFileSync(clientCertificateFile, certificate + '\n' + key, { mode: 0o600 });
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

console.log(
  JSON.stringify({
    authority: `${origin}/${settings.tenant}`,
    ca_file: certificateAuthorityFile,
    client_cert: clientCertificateFile,
    control: `http://127.0.0.1:${control.address().port}`,
    token_endpoint: `${origin}/${settings.tenant}/oauth2/v2.0/token`,
  }),
);

process.stdin.on('close', () => process.exit(0)).resume();
