import type { Socket } from "node:net";

/** Counts open connections, so that one sandbox cannot take every descriptor of the process. */
export class ConnectionBudget {
  readonly #perIdentity: number;
  readonly #total: number;
  readonly #holders = new Map<Socket, string>();
  readonly #counts = new Map<string, number>();

  constructor(limits: { readonly connectionsPerIdentity: number; readonly connections: number }) {
    this.#perIdentity = limits.connectionsPerIdentity;
    this.#total = limits.connections;
  }

  /** Books a socket on an identity, moving it from another; false when there is no room. Released when it closes. */
  claim(socket: Socket, identity: string): boolean {
    const held = this.#holders.get(socket);
    if (held === identity) return true;
    const full = this.#holders.size >= this.#total && held === undefined;
    if (full || (this.#counts.get(identity) ?? 0) >= this.#perIdentity) return false;
    if (held === undefined) {
      socket.once("close", () => {
        this.#release(socket);
      });
    } else this.#release(socket);
    this.#holders.set(socket, identity);
    this.#counts.set(identity, (this.#counts.get(identity) ?? 0) + 1);
    return true;
  }

  /** Ends every connection of an identity, or all of them. */
  destroy(identity?: string): void {
    for (const [socket, holder] of this.#holders)
      if (identity === undefined || holder === identity) socket.destroy();
  }

  #release(socket: Socket): void {
    const identity = this.#holders.get(socket);
    if (identity === undefined) return;
    this.#holders.delete(socket);
    const left = (this.#counts.get(identity) ?? 1) - 1;
    if (left > 0) this.#counts.set(identity, left);
    else this.#counts.delete(identity);
  }
}
