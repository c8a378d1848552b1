// Faults that a test can inject. The members of a fault:
//
//   endpoint     token (default), device_authorization, revocation, discovery, or authorization_server, whose answers are
//                objects: the metadata of RFC 8414
//   grant_type   only requests with this grant type
//   skip, times  the number of requests that pass first, and that fail then (default 1; null: all)
//   delay_ms     the delay before the server does anything
//   held         true: wait until all faults are removed; with carried_out, after the work, otherwise before it
//   carried_out  true: the server does its work (a refresh token is used), then the answer is replaced
//   answer       the answer: a name below, or { status, headers, body }; without it the request is only delayed

import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const GIGANTIC_CHUNKS = 1024;
const DRIP_MS = 200;

export class Faults {
  #ordered = [];
  #healing = new EventEmitter().setMaxListeners(0);

  order(fault) {
    if (typeof fault.answer === 'string' && !(fault.answer in ANSWERS)) {
      throw new Error(`no such answer: ${fault.answer}`);
    }
    this.#ordered.push({ endpoint: 'token', skip: 0, times: 1, ...fault });
  }

  clear() {
    this.#ordered = [];
    this.#healing.emit('healed');
  }

  // Waits until the next clear().
  healed() {
    return once(this.#healing, 'healed');
  }

  // Returns the fault for the next request, and counts it as used.
  next(endpoint, grantType) {
    const matching = this.#ordered.filter(
      (fault) => fault.endpoint === endpoint && (!fault.grant_type || fault.grant_type === grantType),
    );
    for (const fault of matching) {
      if (fault.skip > 0) {
        fault.skip -= 1;
      } else if (fault.times === null) {
        return fault;
      } else if (fault.times > 0) {
        fault.times -= 1;
        return fault;
      }
    }
    return null;
  }
}

// Replaces the true answer by the fault's.
export function damage(ctx, { answer }) {
  if (typeof answer === 'string') {
    ANSWERS[answer](ctx, JSON.stringify(ctx.body ?? {}));
  } else {
    ctx.status = answer.status ?? 500;
    ctx.body = answer.body ?? '';
    ctx.set(answer.headers ?? {});
  }
}

const ANSWERS = {
  garbage(ctx) {
    ctx.status = 200;
    ctx.type = 'json';
    ctx.body = randomBytes(512);
  },
  gigantic(ctx) {
    ctx.status = 200;
    ctx.type = 'json';
    ctx.body = Readable.from(repeat(Buffer.alloc(64 * 1024, ' '), GIGANTIC_CHUNKS));
  },
  html(ctx) {
    ctx.status = 200;
    ctx.type = 'html';
    ctx.body = '<!DOCTYPE html><html><body><h1>Sign in to the guest network</h1></body></html>';
  },
  lost(ctx) {
    ctx.respond = false;
    ctx.req.socket.destroy();
  },
  slow(ctx, whole) {
    ctx.type = 'json';
    ctx.body = Readable.from(drip(whole));
  },
  truncated(ctx, whole) {
    ctx.respond = false;
    ctx.res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(whole) });
    ctx.res.write(whole.slice(0, whole.length / 2), () => ctx.req.socket.destroy());
  },
};

function* repeat(chunk, times) {
  for (let count = 0; count < times; count += 1) yield chunk;
}

async function* drip(text) {
  for (const byte of Buffer.from(text)) {
    await sleep(DRIP_MS);
    yield Buffer.of(byte);
  }
}
