// `interval` and `slow_down` (RFC 8628 §3.2, §3.5), which oidc-provider leaves out.

const SLOW_DOWN_SECONDS = 5;
// A client measures from the answer, this side from the request; timers are a little early at times.
const TOLERANCE_SECONDS = 0.1;

export class DevicePolling {
  #settings;
  #codes = new Map();

  constructor(settings) {
    this.#settings = settings;
  }

  begin(response) {
    response.interval = this.#settings.device_interval_seconds;
    this.#codes.set(response.device_code, { interval: response.interval, polled: -Infinity });
  }

  // Records a poll and returns whether it came too early.
  cameTooEarly(form) {
    const code = this.#codes.get(form.device_code);
    if (!code) return false;
    const now = performance.now() / 1000;
    const waited = now - code.polled;
    code.polled = now;
    return waited < code.interval - TOLERANCE_SECONDS;
  }

  slowDown(ctx, form) {
    this.#codes.get(form.device_code).interval += SLOW_DOWN_SECONDS;
    ctx.status = 400;
    ctx.body = { error: 'slow_down', error_description: 'polling faster than the interval' };
  }
}
