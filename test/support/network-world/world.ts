import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { networkFolders } from "../../../src/core/network-place.ts";
import { hostPath } from "../../../src/core/paths.ts";
import { nodeHost } from "../../../src/host/node-host.ts";
import { asUser, type Ground } from "../../engines/ground.ts";
import { MARK } from "../recording-server.ts";

/** Public addresses of the test's internet: only the first may be reached. */
export const ALLOWED_ADDRESS = "11.0.0.1";
export const FORBIDDEN_ADDRESS = "11.0.0.2";

/** A public address that the machine of the test's internet has itself. */
export const OWN_ADDRESS = "11.0.0.9";

/** The port that everything of the test's internet listens on, unless a test says otherwise. */
export const WORLD_PORT = 8080;

/** What arrived in the test's internet. */
export type WorldEvent =
  | { readonly kind: "ready"; readonly words: string }
  | { readonly kind: "lookup"; readonly name: string }
  | { readonly kind: "connection"; readonly address: string };

/** A small internet with the ground's proxy in it, reachable from nowhere else. */
export interface NetworkWorld {
  readonly events: WorldEvent[];
  /** Addresses that were connected to. */
  readonly connections: () => readonly string[];
  readonly lookups: () => readonly string[];
  readonly close: () => void;
}

/** Where the ground's proxy has its sockets. */
export function runFolder(ground: Ground): string {
  const state = path.join(ground.home, ".local/share/sandhook");
  const site = { state: hostPath(state), libexec: hostPath(path.join(state, "current/libexec")) };
  return networkFolders(site, nodeHost({ HOME: ground.home })).run;
}

/** Words that run a program in new network and mount namespaces. */
const APART =
  process.getuid?.() === 0
    ? ["unshare", "--net", "--mount"]
    : ["unshare", "--user", "--map-current-user", "--keep-caps", "--net", "--mount"];

function proxyWords(ground: Ground): readonly string[] {
  const program = path.join(ground.home, ".local/share/sandhook/current/libexec/network.cjs");
  return asUser(ground, [process.execPath, program, "serve", runFolder(ground)]);
}

/**
 * Starts the ground's proxy in a network namespace of its own, with a resolver made of data; the runner finds it there as
 * it finds one that it started itself. `names`: answers by name or by `*.parent`; each query takes the next of them.
 */
export async function startWorld(
  ground: Ground,
  names: Readonly<Record<string, readonly (readonly string[])[]>>,
  port = WORLD_PORT,
): Promise<NetworkWorld> {
  const folder = mkdtempSync(path.join(ground.root, "world-"));
  const config = path.join(folder, "config");
  const addresses = [ALLOWED_ADDRESS, FORBIDDEN_ADDRESS];
  const found = proxyWords(ground);
  const [first = "", ...rest] = found;
  const program = [first.startsWith("/") ? first : `/usr/bin/${first}`, ...rest];
  const own = OWN_ADDRESS;
  writeFileSync(config, JSON.stringify({ folder, addresses, own, port, names, mark: MARK, program }));
  const script = fileURLToPath(new URL("./world.mjs", import.meta.url));
  const child: ChildProcess = spawn(APART[0] ?? "", [...APART.slice(1), process.execPath, script, config], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const events: WorldEvent[] = [];
  if (child.stdout === null) throw new TypeError("a piped stdout is a stream");
  const lines = readline.createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    child.once("exit", (code) => {
      reject(new Error(`the test's internet ended with ${code ?? "a signal"}`));
    });
    lines.on("line", (line) => {
      const event = JSON.parse(line) as WorldEvent;
      events.push(event);
      if (event.kind !== "ready") return;
      if (event.words === "ready") resolve();
      else reject(new Error(event.words));
    });
  });
  return {
    events,
    connections: () => events.flatMap((event) => (event.kind === "connection" ? [event.address] : [])),
    lookups: () => events.flatMap((event) => (event.kind === "lookup" ? [event.name] : [])),
    close: () => {
      child.stdin?.end();
    },
  };
}
