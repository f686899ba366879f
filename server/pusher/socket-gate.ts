// How many sockets there may be: in all, of one address, and that listen for one tenant, so that nobody can take the places of all others. A socket counts
// for a tenant from its first channel on: before, nobody knows whose it is.

export interface SocketCaps {
  readonly sockets: number;
  readonly socketsPerAddress: number;
  readonly socketsPerTenant: number;
}

export interface SocketGate {
  /** Refusals since the start. */
  readonly refused: number;
  /** False where there are too many already. */
  enter(id: string, network: string): boolean;
  /** False where too many sockets listen for this tenant already. */
  listen(id: string, tenant: string): boolean;
  leave(id: string): void;
}

export function createSocketGate(caps: SocketCaps): SocketGate {
  const networkOf = new Map<string, string>();
  const perNetwork = new Map<string, number>();
  const perTenant = new Map<string, Set<string>>();
  let refused = 0;

  function isFree(has: boolean): boolean {
    if (!has) refused++;
    return has;
  }

  return {
    get refused() {
      return refused;
    },
    enter(id, network) {
      const count = perNetwork.get(network) ?? 0;
      if (!isFree(networkOf.size < caps.sockets && count < caps.socketsPerAddress)) return false;
      networkOf.set(id, network);
      perNetwork.set(network, count + 1);
      return true;
    },
    listen(id, tenant) {
      const listeners = perTenant.get(tenant) ?? new Set<string>();
      if (!listeners.has(id) && !isFree(listeners.size < caps.socketsPerTenant)) return false;
      perTenant.set(tenant, listeners.add(id));
      return true;
    },
    leave(id) {
      const network = networkOf.get(id);
      if (network === undefined || !networkOf.delete(id)) return;
      const count = (perNetwork.get(network) ?? 1) - 1;
      if (count > 0) perNetwork.set(network, count);
      else perNetwork.delete(network);
      for (const [tenant, listeners] of perTenant) if (listeners.delete(id) && listeners.size === 0) perTenant.delete(tenant);
    },
  };
}
