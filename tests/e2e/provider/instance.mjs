// One provider. Providers share the process and nothing else: each has ports, keys, settings and a storage of its own.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';

import { createBrowser } from './browser.mjs';
import { issueCertificates } from './certificates.mjs';
import { createControl } from './control.mjs';
import { hostNames } from './entra.mjs';
import { Exchanges } from './exchanges.mjs';
import { Faults } from './faults.mjs';
import { listen } from './listening.mjs';
import { createProvider } from './provider.mjs';
import { readSettings } from './settings.mjs';
import { Storage } from './storage.mjs';

// Starts a provider, which keeps its files below `parent`. Returns where it listens, and how to stop it.
export async function startProvider(wanted, parent) {
  const settings = readSettings(wanted);
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
  const { port, stop: stopServer } = await listen(server);

  try {
    return await startBehind({ server, port, stopServer, settings, certificateAuthority, certificate, key, parent });
  } catch (error) {
    await stopServer();
    throw error;
  }
}

async function startBehind({ server, port, stopServer, settings, certificateAuthority, certificate, key, parent }) {
  const origin = settings.host ? `https://${settings.host}` : `https://localhost:${port}`;
  const state = { settings, origin, storage: new Storage(), exchanges: new Exchanges(), faults: new Faults() };
  server.on('request', await createProvider(state));

  const browser = createBrowser({ origin, port, certificateAuthority });
  const control = await listen(createControl({ ...state, port, browser }));

  const folder = mkdtempSync(join(parent, 'provider-'));
  const certificateAuthorityFile = join(folder, 'ca.pem');
  writeFileSync(certificateAuthorityFile, certificateAuthority);
  const clientCertificateFile = join(folder, 'client.pem');
  writeFileSync(clientCertificateFile, certificate + '\n' + key, { mode: 0o600 });

  return {
    address: {
      authority: `${origin}/${settings.tenant}`,
      ca_file: certificateAuthorityFile,
      client_cert: clientCertificateFile,
      control: `http://127.0.0.1:${control.port}`,
      token_endpoint: `${origin}/${settings.tenant}/oauth2/v2.0/token`,
    },
    async stop() {
      await Promise.all([stopServer(), control.stop()]);
      rmSync(folder, { recursive: true });
    },
  };
}
