// A browser of one page and its redirects, for BROWSER:
//
//   node open.mjs LOGIN FILE URL
//
// signs LOGIN in on the pages of the provider (`refuses` refuses), follows the way back to this machine, and writes
// the last page to FILE.

import { writeFileSync } from 'node:fs';
import { request as requestPlainly } from 'node:http';
import { request } from 'node:https';

import { finishForms } from './browser.mjs';

const [login, file, url] = process.argv.slice(2);
let current = url;

function exchange(address, cookies, fields) {
  const target = new URL(address, current);
  current = target.href;
  const body = fields ? new URLSearchParams([...fields]).toString() : '';
  const options = {
    method: fields ? 'POST' : 'GET',
    headers: {
      accept: 'text/html',
      cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
      ...(fields && {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
      }),
    },
  };
  const send = target.protocol === 'https:' ? request : requestPlainly;
  return new Promise((resolve, reject) => {
    const outgoing = send(target, options, async (response) => {
      let html = '';
      for await (const chunk of response.setEncoding('utf8')) html += chunk;
      resolve({ headers: response.headers, html });
    });
    outgoing.on('error', reject).end(body);
  });
}

writeFileSync(file, await finishForms(exchange, url, login === 'refuses' ? null : login));
