import { chmod, mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { parseNetworkPolicy, type NetworkSettings } from "../../src/policy/network/network-policy.ts";
import { createEgressProxy, type EgressProxy } from "../../src/runtime/proxy/egress-proxy.ts";
import type { EgressEvent, EgressOptions } from "../../src/runtime/proxy/egress-types.ts";
import { startRecordingServer, type RecordingServer } from "./recording-server.ts";

/** A proxy with one unix socket, a server it may reach, a server it may not, and a resolver made of data. */
export interface EgressWorld {
  readonly proxy: EgressProxy;
  readonly folder: string;
  readonly socket: string;
  /** 127.0.0.1, the only address that is allowed. */
  readonly allowed: RecordingServer;
  /** 127.0.0.2, same port: nothing may ever arrive here. */
  readonly forbidden: RecordingServer;
  readonly events: EgressEvent[];
  /** Answers of the resolver, by name: each call takes the next list, the last one stays. */
  readonly names: Map<string, string[][]>;
  readonly lookups: string[];
  /** Replaces the policy of the running proxy. */
  readonly setPolicy: (settings: NetworkSettings) => void;
  readonly close: () => Promise<void>;
}

export async function startEgressWorld(
  settings: (port: number) => NetworkSettings,
  options: Partial<EgressOptions> = {},
): Promise<EgressWorld> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "egress-"));
  await chmod(folder, 0o700);
  const allowed = await startRecordingServer("127.0.0.1");
  const forbidden = await startRecordingServer("127.0.0.2", allowed.port);
  const events: EgressEvent[] = [];
  const lookups: string[] = [];
  const names = new Map<string, string[][]>();
  let policy = parseNetworkPolicy(settings(allowed.port));
  const lookup = (name: string): Promise<{ address: string; family: number }[]> => {
    lookups.push(name);
    const answers = names.get(name) ?? [["127.0.0.1"]];
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    return Promise.resolve(answer.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })));
  };
  const onEvent = (event: EgressEvent): void => {
    events.push(event);
  };
  const proxy = createEgressProxy({ policyOf: () => policy, onEvent, lookup, ...options });
  const socket = path.join(folder, "door.sock");
  await proxy.openSocket(socket, "project-a");
  return {
    proxy,
    folder,
    socket,
    allowed,
    forbidden,
    events,
    names,
    lookups,
    setPolicy: (next) => {
      policy = parseNetworkPolicy(next);
    },
    close: async () => {
      await proxy.close();
      await Promise.all([allowed.close(), forbidden.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Sends bytes to a socket (a path or a port of 127.0.0.1) and gives all that comes back until the other side ends. */
export function exchange(door: string | number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const client = typeof door === "string" ? net.connect(door) : net.connect(door, "127.0.0.1");
    const finish = (): void => {
      resolve(Buffer.concat(parts).toString("latin1"));
    };
    client.on("data", (chunk) => parts.push(chunk));
    client.on("error", () => undefined);
    client.once("close", finish);
    client.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  });
}
