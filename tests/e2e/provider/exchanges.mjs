// Wraps every request of a client: records it, injects the faults that a test has set, and adds what oidc-provider
// leaves out.

import { setTimeout as sleep } from 'node:timers/promises';

import { DevicePolling } from './device.mjs';
import { decorate, Family, instructions, metadataOfTenant } from './entra.mjs';
import { damage } from './faults.mjs';

const ENDPOINTS = new Map([
  ['/.well-known/openid-configuration', 'discovery'],
  ['/oauth2/v2.0/devicecode', 'device_authorization'],
  ['/oauth2/v2.0/revoke', 'revocation'],
  ['/oauth2/v2.0/token', 'token'],
]);

// The requests of the clients, in order.
export class Exchanges {
  #all = [];

  open(endpoint, url, form) {
    const { grant_type, client_id, claims, scope } = form;
    const exchange = { endpoint, url, grant_type, client_id, claims, scope, held: false, status: null, error: null };
    this.#all.push(exchange);
    return exchange;
  }

  report() {
    return this.#all;
  }
}

// The middleware.
export function wrapExchanges({ settings, exchanges, faults }) {
  const polling = new DevicePolling(settings);
  const oneAtATime = serialiser();
  const family = new Family();

  return async (ctx, next) => {
    const endpoint = ENDPOINTS.get(ctx.path);
    if (!endpoint) return next();

    const form = await readForm(ctx);
    const exchange = exchanges.open(endpoint, ctx.req.originalUrl, form);
    const member = form.client_id;
    const owner = family.ownerOf(form);
    if (owner !== member) form.client_id = owner;
    const fault = faults.next(endpoint, form.grant_type);
    if (fault?.delay_ms) await sleep(fault.delay_ms);
    const hold = () => {
      exchange.held = true;
      return faults.healed();
    };
    if (fault?.held && !fault.carried_out) await hold();

    if (!fault?.answer || fault.carried_out) {
      const carryOut = () => (polling.cameTooEarly(form) ? polling.slowDown(ctx, form) : next());
      // oidc-provider checks whether a refresh token was used, then marks it as used. Two requests at once could both
      // pass the check.
      await (form.refresh_token ? oneAtATime(form.refresh_token, carryOut) : carryOut());
      complete(settings, ctx, endpoint, form, polling, (body) => family.complete(settings, owner, member, body));
      if (fault?.held && fault.carried_out) await hold();
    }
    if (fault?.answer) damage(ctx, fault);
    ctx.set('date', new Date(Date.now() + settings.clock_ahead_seconds * 1000).toUTCString());

    exchange.status = ctx.respond === false ? null : ctx.status;
    exchange.error = ctx.body?.error ?? null;
    return undefined;
  };
}

function complete(settings, ctx, endpoint, form, polling, completeFamily) {
  if (endpoint === 'device_authorization' && ctx.status === 200) {
    polling.begin(ctx.body);
    if (settings.entra) ctx.body.message = instructions(ctx.body);
  }
  if (endpoint === 'discovery' && settings.entra && ctx.status === 200) {
    ctx.body = metadataOfTenant(settings, ctx.req.originalUrl, ctx.body);
  }
  if (endpoint !== 'token' || ctx.status !== 200) return;
  if (settings.entra) decorate(form, ctx.oidc.entities.Account?.accountId, ctx.body);
  if (settings.refresh_in_seconds !== null) ctx.body.refresh_in = settings.refresh_in_seconds;
  completeFamily(ctx.body);
  for (const field of settings.omit) delete ctx.body[field];
}

// Reads the form into `req.body`, where oidc-provider looks for a form that was already read.
async function readForm(ctx) {
  if (ctx.method !== 'POST') return {};
  const chunks = [];
  for await (const chunk of ctx.req) chunks.push(chunk);
  const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
  // MSAL Node uses this name for the grant type.
  if (form.grant_type === 'device_code') form.grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
  ctx.req.body = form;
  return form;
}

// Runs tasks with the same key one after the other.
function serialiser() {
  const last = new Map();
  return async (key, task) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(task);
    const settled = turn.catch(() => {});
    last.set(key, settled);
    try {
      return await turn;
    } finally {
      if (last.get(key) === settled) last.delete(key);
    }
  };
}
