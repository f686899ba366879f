// Whose data: base URL, tenant, user and feed, hashed to one id by which database, bus, locks and SharedWorker are named.

export interface ScopeTuple {
  readonly baseUrl: string;
  readonly tenant: string;
  readonly user: string;
  /** '' = everything the user may see; another name where a deployment narrows the wire. */
  readonly feed: string;
}

export interface Scope extends ScopeTuple {
  readonly id: string;
}

/** Every name of a scope. Nothing else may spell one. */
export interface ScopeNames {
  readonly database: string;
  readonly bus: string;
  /** Of the SharedWorker; a later generation is named beside a hung one, which its own name would only hand back. */
  worker(generation: number): string;
  /** The mutex for the one connection, across hosts and deployed versions. Never gets a suffix. */
  readonly conn: string;
  /** Held by an engine that leads and polls, because enough others stream. */
  readonly waiting: string;
  alive(engine: string): string;
  tab(page: string): string;
  /** Held by the one page that acts on a silent engine. */
  readonly steal: string;
  /** Held by the one page that keeps an engine's place ready, for when it gets `conn`. */
  readonly spare: string;
  /** Held while somebody drains the outbox. */
  readonly outbox: string;
  consumer(name: string): string;
}

export function scopeNames({ id }: Pick<Scope, 'id'>): ScopeNames {
  const name = (suffix: string) => `holdfast:${id}:${suffix}`;
  return {
    database: name('store'),
    bus: name('bus'),
    worker: (generation) => name(generation === 0 ? 'engine' : `engine:g${generation}`),
    conn: name('conn'),
    waiting: name('waiting'),
    alive: (engine) => name(`alive:${engine}`),
    tab: (page) => name(`tab:${page}`),
    steal: name('steal'),
    spare: name('spare'),
    outbox: name('outbox'),
    consumer: (consumer) => name(`consumer:${consumer}`),
  };
}
