import { existsSync, mkdirSync, readdirSync, rmSync, watch, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { EngineError, renderFailure } from "../../core/errors.ts";
import { networkFoldersOf } from "../../core/network-place.ts";
import type { HostPath } from "../../core/paths.ts";
import { createEgressProxy } from "../proxy/egress-proxy.ts";
import { listenOnSocket } from "../proxy/listen-safely.ts";
import { withDeadline } from "../proxy/with-deadline.ts";
import { controlSocket, type DoorReply, type DoorRequest, readLine } from "./control.ts";
import { DoorKeeper } from "./door-keeper.ts";
import { type OpenDoor, openNamespaceDoor, openSocketDoor } from "./doors.ts";
import { EventLog } from "./event-log.ts";
import { readStart } from "./process-identity.ts";
import { isProjectKey, PolicyBook } from "./policy-book.ts";

export interface ResidentOptions {
  readonly run: HostPath;
  /** The bundle of this program, for the part that listens inside a namespace. */
  readonly program: string;
  readonly bubblewrap: string | undefined;
  /** A door that nobody uses is closed after this long, and the proxy ends with its last door. Milliseconds. */
  readonly idleMs?: number;
  /** Milliseconds between two looks at what is idle. */
  readonly tickMs?: number;
}

const IDLE_MS = 10 * 60 * 1000;
const TICK_MS = 30_000;
const REQUEST_MS = 5_000;

function parseRequest(line: string): DoorRequest {
  const value = JSON.parse(line) as Partial<DoorRequest>;
  const { kind, key, state } = value;
  const known = kind === "namespace" || kind === "socket" || kind === "port";
  if (!known || !isProjectKey(key)) throw new TypeError("the request cannot be read");
  return { kind, key, ...(typeof state === "string" ? { state } : {}) };
}

async function answer(socket: net.Socket, doors: DoorKeeper): Promise<void> {
  let reply: DoorReply;
  try {
    await doors.ensure(parseRequest(await withDeadline(readLine(socket), REQUEST_MS)));
    reply = { ok: true };
  } catch (error) {
    reply = { ok: false, reason: renderFailure(error) };
  }
  socket.end(`${JSON.stringify(reply)}\n`);
}

/**
 * Takes away what an ended proxy has left: sockets that nobody answers, and namespaces whose keeper ended with it. The
 * folders of the sockets stay: running containers have them mounted.
 */
function prepareFolders(run: HostPath): void {
  const doors = path.join(run, "door");
  for (const folder of [networkFoldersOf(run).policies, path.join(run, "namespace"), doors])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  rmSync(path.join(run, "namespace"), { recursive: true });
  mkdirSync(path.join(run, "namespace"), { mode: 0o700 });
  for (const name of readdirSync(doors)) rmSync(path.join(doors, name, "s"), { force: true });
}

/** Settles once the proxy's folder has been removed: nobody finds the way to it any more. */
function untilRemoved(run: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(run, () => {
      if (existsSync(path.join(run, "proxy"))) return;
      watcher.close();
      resolve();
    });
    watcher.on("error", () => undefined);
    watcher.unref();
  });
}

/**
 * The resident proxy of one user: serves every project, each through doors of its own, until nobody needs it or its
 * folder is gone. Resolves once it listens; `ended` resolves when it has closed everything.
 * @throws InstallError `network.socket-busy` when another one listens already.
 */
export async function startResident(options: ResidentOptions): Promise<{ readonly ended: Promise<void> }> {
  const { run, program, bubblewrap, idleMs = IDLE_MS, tickMs = TICK_MS } = options;
  const folders = networkFoldersOf(run);
  const control = net.createServer();
  await listenOnSocket(control, controlSocket(run));
  prepareFolders(run);
  const log = new EventLog(folders);
  const book = new PolicyBook(folders, (key) => {
    proxy.endConnections(key);
  });
  const proxy = createEgressProxy({
    policyOf: (key) => book.find(key)?.policy,
    parentOf: (key) => book.find(key)?.parent,
    onEvent: (event) => {
      log.record(event);
    },
  });
  const open = (request: DoorRequest): Promise<OpenDoor> => {
    if (request.kind === "socket") return openSocketDoor(proxy, run, request);
    if (request.kind === "namespace" && bubblewrap !== undefined)
      return openNamespaceDoor(proxy, run, request.key, { bubblewrap, own: program });
    throw new EngineError({ code: "network.door", message: `this machine has no ${request.kind}` });
  };
  const doors = new DoorKeeper(open, idleMs);
  control.on("connection", (socket) => {
    socket.on("error", () => undefined);
    void answer(socket, doors);
  });
  // So that what a narrowed policy forbids ends at once, and not with the project's next connection.
  const watcher = watch(folders.policies, (_, name) => {
    if (name?.endsWith(".json") === true) book.find(name.slice(0, -".json".length));
  });
  writeFileSync(path.join(run, "proxy"), `${process.pid} ${readStart(process.pid) ?? "0"}\n`, {
    mode: 0o600,
  });
  return { ended: untilUnwanted() };

  async function untilIdle(): Promise<void> {
    for (let idleSince = Date.now(); Date.now() - idleSince < idleMs;) {
      await new Promise((resolve) => setTimeout(resolve, tickMs));
      await doors.closeIdle();
      if (doors.size > 0) idleSince = Date.now();
    }
  }

  async function untilUnwanted(): Promise<void> {
    await Promise.race([untilIdle(), untilRemoved(run)]);
    watcher.close();
    control.close();
    await doors.closeAll();
    await proxy.close();
  }
}
