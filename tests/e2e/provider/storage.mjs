// The storage of oidc-provider in memory, without the limit of its own adapter (1,000 entries, the oldest dropped).

const now = () => Date.now() / 1000;

export class Storage {
  #models = new Map();

  // Returns the adapter of one model, for oidc-provider.
  adapter = (model) => {
    if (!this.#models.has(model)) this.#models.set(model, new ModelAdapter(this));
    return this.#models.get(model);
  };

  removeGrant(grantId) {
    for (const adapter of this.#models.values()) adapter.removeWhere((payload) => payload.grantId === grantId);
  }

  // Signs `login` out at the server: every token of every sign-in becomes invalid.
  revokeSignIns(login) {
    const grants = new Set(this.#refreshTokens(login).map((token) => token.grantId));
    for (const grantId of grants) this.removeGrant(grantId);
    return grants.size;
  }

  // Returns the number of refresh tokens of `login` that the server still accepts.
  liveRefreshTokens(login) {
    return this.#refreshTokens(login).filter((token) => !token.consumed && !(token.exp <= now())).length;
  }

  #refreshTokens(login) {
    return this.adapter('RefreshToken').all().filter((token) => token.accountId === login);
  }
}

class ModelAdapter {
  #entries = new Map();
  #storage;

  constructor(storage) {
    this.#storage = storage;
  }

  all() {
    return [...this.#entries.values()];
  }

  removeWhere(matches) {
    for (const [id, payload] of this.#entries) if (matches(payload)) this.#entries.delete(id);
  }

  async upsert(id, payload) {
    this.#entries.set(id, payload);
  }

  async find(id) {
    return this.#entries.get(id);
  }

  async findByUid(uid) {
    return this.all().find((payload) => payload.uid === uid);
  }

  async findByUserCode(userCode) {
    return this.all().find((payload) => payload.userCode === userCode);
  }

  async consume(id) {
    this.#entries.get(id).consumed = Math.floor(now());
  }

  async destroy(id) {
    this.#entries.delete(id);
  }

  async revokeByGrantId(grantId) {
    this.#storage.removeGrant(grantId);
  }
}
