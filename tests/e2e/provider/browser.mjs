// A person with a browser: follows the provider's own pages and fills in their forms.

import { request } from 'node:https';
import { text } from 'node:stream/consumers';

const MAX_PAGES = 20;

export function createBrowser({ origin, port, certificateAuthority }) {
  // Signs `login` in and grants what the device asks for; without a login, refuses it.
  return function finish(verificationPath, userCode, login) {
    const start = `${verificationPath}?user_code=${encodeURIComponent(userCode)}`;
    return finishForms((address, ...rest) => exchange(new URL(address, origin), ...rest), start, login);
  };

  function exchange(url, cookies, fields) {
    const body = fields ? new URLSearchParams([...fields]).toString() : '';
    const options = {
      method: fields ? 'POST' : 'GET',
      host: '127.0.0.1',
      port,
      path: url.pathname + url.search,
      servername: url.hostname,
      ca: certificateAuthority,
      agent: false,
      headers: {
        accept: 'text/html',
        cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
        host: url.host,
        ...(fields && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(options, (response) => {
        text(response).then((html) => resolve({ headers: response.headers, html }), reject);
      });
      outgoing.on('error', reject).end(body);
    });
  }
}

// Fills in one form after the other, beginning with the page at `start`. Returns the last page.
export async function finishForms(exchange, start, login) {
  const cookies = new Map();
  let page = await open(start);
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    if (page.location) {
      page = await open(page.location);
      continue;
    }
    const form = readForm(page.html);
    if (!form) return page.html;
    if (form.id === 'op.deviceInputForm') throw new Error('the provider does not know the code');
    if (form.id === 'op.deviceConfirmForm' && !login) {
      form.fields.set('abort', 'yes');
      return (await open(form.action, form.fields)).html;
    }
    if (form.fields.has('login') && !login) {
      page = await open(/href="([^"]*\/abort)"/.exec(page.html)[1]);
      continue;
    }
    if (form.fields.has('login')) form.fields.set('login', login).set('password', 'any');
    page = await open(form.action, form.fields);
  }
  throw new Error(`no end after ${MAX_PAGES} pages`);

  async function open(address, fields) {
    const { headers, html } = await exchange(address, cookies, fields);
    for (const cookie of headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]*)=([^;]*)/.exec(cookie);
      cookies.set(name, value);
    }
    return { html, location: headers.location };
  }
}

// The first form of a page: its id, its action and its fields as they stand.
function readForm(html) {
  const form = /<form([^>]*)>([\s\S]*?)<\/form>/.exec(html);
  if (!form) return null;
  const [, opening, content] = form;
  const inputs = [...content.matchAll(/<input[^>]*>/g)].map(([input]) => [
    attribute(input, 'name'),
    attribute(input, 'value') ?? '',
  ]);
  return { id: attribute(opening, 'id'), action: attribute(opening, 'action'), fields: new Map(inputs) };
}

function attribute(element, name) {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(element)?.[1].replaceAll('&amp;', '&');
}
