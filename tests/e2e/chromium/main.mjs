// Chromium without a screen, driven by a test: one line of JSON for each command, and one for its result.
//
//   {"id": 1, "open": "alice", "options": {"colorScheme": "dark"}}         a new user, with cookies of their own
//   {"id": 2, "on": "alice", "call": "click", "arguments": ["#sign-in"]}   a method of Playwright's Page
//   {"id": 3, "on": "alice", "call": "context.cookies", "arguments": []}   a method of its BrowserContext
//   {"id": 4, "on": "alice", "serve": "http://evil.example/", "html": ""}  a page of a site that does not exist
//
// The answer is {"id": 1, "result": ...} or {"id": 1, "error": "..."}. Everything ends when standard input closes.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const PATIENCE_MS = 15_000;

const browser = await chromium.launch({
  executablePath: installed(),
  args: [
    // No page reaches the network.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
  ],
  // The back button is to work as it does for a user.
  ignoreDefaultArgs: ['--disable-back-forward-cache'],
});
const pages = new Map();

function installed() {
  const folders = process.env.PATH.split(delimiter);
  for (const path of NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Perhaps the next one is there.
    }
  }
  throw new Error(`none of ${NAMES.join(', ')} is installed: tests/run browser installs Chromium`);
}

async function carryOut(command) {
  if (command.open) {
    // The certificate of the provider is of this test run.
    const context = await browser.newContext({ ignoreHTTPSErrors: true, ...command.options });
    context.setDefaultTimeout(PATIENCE_MS);
    pages.set(command.open, await context.newPage());
    return null;
  }
  const page = pages.get(command.on);
  if (command.serve) {
    const answer = { contentType: 'text/html', body: command.html };
    return page.route(command.serve, (route) => route.fulfill(answer));
  }
  const [method, context] = command.call.split('.').reverse();
  const target = context ? page.context() : page;
  const result = await target[method](...command.arguments);
  // A test uses the status of a response, and no other object of Playwright.
  if (typeof result?.status === 'function') return result.status();
  return isPlain(result) ? result : null;
}

function isPlain(value) {
  return typeof value !== 'object' || value === null || ['Array', 'Object'].includes(value.constructor.name);
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  carryOut(command).then(
    (result) => answer({ id: command.id, result: result ?? null }),
    (error) => answer({ id: command.id, error: String(error) }),
  );
}
await browser.close();
process.exit(0);

function answer(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
