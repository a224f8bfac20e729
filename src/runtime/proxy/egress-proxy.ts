import { lookup as lookupName } from "node:dns/promises";
import net from "node:net";
import { ConnectionBudget } from "./connection-budget.ts";
import { CredentialBook } from "./credentials.ts";
import type { Door, ProxyContext } from "./door.ts";
import { DEFAULT_LIMITS, type EgressIdentity, type EgressOptions } from "./egress-types.ts";
import { listenOnLoopback, listenOnSocket } from "./listen-safely.ts";
import { parseParentProxy } from "../../policy/network/parse-parent-proxy.ts";
import { createClientServer } from "./serve-client.ts";

/** A running proxy: one process, many sandboxes, each with a door of its own. */
export interface EgressProxy {
  /**
   * Opens a unix socket for one sandbox; whoever reaches it is that sandbox. The folder must be 0700 and the user's own.
   * Gives a function that closes the door and every connection of the identity.
   */
  readonly openSocket: (file: string, identity: EgressIdentity) => Promise<() => Promise<void>>;
  /**
   * Takes a listening socket that only one sandbox can reach, e.g. of its own network namespace; whoever connects to it is
   * that sandbox. Closing as for `openSocket`.
   */
  readonly adoptListener: (listener: net.Server, identity: EgressIdentity) => () => Promise<void>;
  /** Opens a port of 127.0.0.1 where every client must show a password; gives the port. */
  readonly openLoopback: () => Promise<number>;
  /** A new password for the loopback port. */
  readonly issueCredential: (identity: EgressIdentity) => string;
  /** Ends what an identity has open; after a policy was narrowed, so that no tunnel outlives its permission. */
  readonly endConnections: (identity: EgressIdentity) => void;
  /** Makes every password of an identity worthless and ends its connections. */
  readonly revoke: (identity: EgressIdentity) => void;
  readonly close: () => Promise<void>;
}

function closeServer(server: net.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

function createContext(options: EgressOptions): ProxyContext {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const parent = options.parentProxy === undefined ? undefined : parseParentProxy(options.parentProxy);
  const { policyOf, onEvent, parentOf = () => parent } = options;
  const lookup = options.lookup ?? ((name: string) => lookupName(name, { all: true, verbatim: true }));
  const authorize = {
    policyOf,
    onEvent,
    lookup,
    lookupMs: limits.connectMs,
    parentOf,
  };
  return { limits, authorize, budget: new ConnectionBudget(limits) };
}

/**
 * Makes a proxy that listens nowhere yet. Speaks HTTP CONNECT, absolute-form HTTP and SOCKS5 on every door. Throws
 * InputError `network.parent-proxy`.
 */
export function createEgressProxy(options: EgressOptions): EgressProxy {
  const context = createContext(options);
  const credentials = new CredentialBook();
  const servers = new Set<net.Server>();
  const createServer = (door: Door): net.Server => {
    const server = net.createServer(
      { allowHalfOpen: true, noDelay: true },
      createClientServer(context, door),
    );
    servers.add(server);
    return server;
  };
  const closer = (server: net.Server, identity: EgressIdentity) => async (): Promise<void> => {
    context.budget.destroy(identity);
    servers.delete(server);
    await closeServer(server);
  };
  return {
    openSocket: async (file, identity) => {
      const server = createServer({ requiresCredential: false, identify: () => identity });
      await listenOnSocket(server, file);
      return closer(server, identity);
    },
    adoptListener: (listener, identity) => {
      const server = createServer({ requiresCredential: false, identify: () => identity });
      server.on("error", () => undefined);
      server.listen(listener);
      return closer(server, identity);
    },
    openLoopback: () =>
      listenOnLoopback(
        createServer({
          requiresCredential: true,
          identify: (credential) => credential && credentials.identify(credential.password),
        }),
      ),
    issueCredential: (identity) => credentials.issue(identity),
    endConnections: (identity) => {
      context.budget.destroy(identity);
    },
    revoke: (identity) => {
      credentials.revoke(identity);
      context.budget.destroy(identity);
    },
    close: async () => {
      context.budget.destroy();
      await Promise.all([...servers].map(closeServer));
    },
  };
}
