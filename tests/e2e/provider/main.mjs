// Real authorization servers (oidc-provider) on loopback, over TLS, with faults that a test can inject.
//
//   node main.mjs
//
// prints one line of JSON with the address of a server of commands (commands.mjs): `/start` with settings (settings.mjs)
// starts a provider and answers where it listens, and `/stop` with this answer stops it. One process has many providers,
// because the start of a process takes forty times as long as that of a provider. With settings as its argument, it
// starts one provider at once, and prints where it listens. All end when standard input closes.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createCommandServer } from './commands.mjs';
import { startProvider } from './instance.mjs';
import { listen } from './listening.mjs';

// oidc-provider has notices for developers; standard output is for the one line.
console.info = console.warn;

const folder = mkdtempSync(join(tmpdir(), 'tokcache-providers-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.stdin.on('close', () => process.exit(0)).resume();

console.log(JSON.stringify(process.argv[2] ? await startOne(JSON.parse(process.argv[2])) : await serve()));

async function startOne(settings) {
  return (await startProvider(settings, folder)).address;
}

async function serve() {
  const running = new Map();
  const commands = {
    '/start': async (settings) => {
      const { address, stop } = await startProvider(settings, folder);
      running.set(address.control, stop);
      return address;
    },
    '/stop': async ({ control }) => {
      const stop = running.get(control);
      running.delete(control);
      await stop();
    },
  };
  const { port } = await listen(createCommandServer(commands));
  return { commands: `http://127.0.0.1:${port}` };
}
