import { type ChildProcess, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { closeSync, openSync } from "node:fs";
import { createServer, type Server, type Socket as Stream } from "node:net";
import { networkInterfaces } from "node:os";
import path from "node:path";
import type { Names } from "./names.ts";
import { secretOf } from "./names.ts";
import type { World } from "./world.ts";

/** Our own processes and listeners on the host, for attempts to reach. */
export interface Baits {
  /** For the attack script. */
  readonly variables: Readonly<Record<string, string>>;
  /** Everything that arrived at a listener. */
  readonly arrived: () => string;
  readonly isGone: (bait: string) => boolean;
  readonly close: () => void;
}

/** An address of this machine that is not its loopback; another of the loopback when it has none. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === "IPv4")?.address ?? "127.0.0.2";
}

class Listeners {
  text = "";
  readonly #open: (Server | Socket)[] = [];

  /** Port, or 0 when it cannot be listened there: the attempt then shows nothing. */
  async stream(where: { readonly host?: string; readonly path?: string }): Promise<number> {
    const server = createServer((socket) => {
      this.#serve(socket);
    });
    const listening = await new Promise<boolean>((resolve) => {
      server.once("error", () => {
        resolve(false);
      });
      server.listen({ ...where, ...(where.path === undefined ? { port: 0 } : {}) }, () => {
        resolve(true);
      });
    });
    if (!listening) return 0;
    this.#open.push(server);
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  #serve(socket: Stream): void {
    socket.on("error", () => undefined); // It left without waiting for the answer.
    socket.on("data", (chunk) => {
      this.text += chunk.toString();
      if (this.text.endsWith("\n") || this.text.endsWith("\r")) socket.end("+");
    });
  }

  async datagrams(host: string): Promise<number> {
    const socket = createSocket("udp4");
    socket.on("message", (text, { port, address }) => {
      this.text += text.toString();
      socket.send("+", port, address);
    });
    this.#open.push(socket);
    await new Promise<void>((resolve) => socket.bind(0, host, resolve));
    return socket.address().port;
  }

  close(): void {
    for (const each of this.#open) each.close();
  }
}

function startProcesses(
  world: World,
  names: Names,
): Readonly<Record<"bait" | "prey" | "named", ChildProcess>> {
  const out = path.join(world.root, "out");
  const descriptor = openSync(path.join(out, "descriptor"), "r");
  const start = (argv0: string, PLANTED: string): ChildProcess =>
    spawn("/bin/sleep", ["3600"], {
      argv0,
      cwd: out,
      env: { PLANTED },
      stdio: [descriptor, "ignore", "ignore"],
    });
  const started = {
    bait: start(secretOf(names, "bait:arguments"), secretOf(names, "bait:environment")),
    prey: start("sleep", ""),
    named: start(names.process, ""),
  };
  closeSync(descriptor);
  return started;
}

/** Starts everything; `close` ends it all. `routers`: addresses that are nobody's business. */
export async function setBaits(world: World, names: Names, routers: readonly string[]): Promise<Baits> {
  const listeners = new Listeners();
  const address = ownAddress();
  const ports = {
    TCP: await listeners.stream({ host: "0.0.0.0" }),
    TCP6: await listeners.stream({ host: "::1" }),
    UDP: await listeners.datagrams("0.0.0.0"),
  };
  for (const socket of [".ssh/agent", ".local/share/sandhook/control", ".config/daemon/socket"])
    await listeners.stream({ path: path.join(world.home, socket) });
  await listeners.stream({ path: `\0${names.abstract}` });
  const processes = startProcesses(world, names);
  return {
    variables: {
      ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, port.toString()])),
      ADDRESS: address,
      ROUTERS: routers.join("\n"),
      ABSTRACT: names.abstract,
      NAMED: names.process,
      BAIT: String(processes.bait.pid),
      PREY: String(processes.prey.pid),
    },
    arrived: () => listeners.text,
    isGone: (bait) => {
      const child = Object.entries(processes).find(([name]) => name === bait)?.[1];
      return child !== undefined && (child.exitCode !== null || child.signalCode !== null);
    },
    close: () => {
      listeners.close();
      for (const child of Object.values(processes)) child.kill("SIGKILL");
    },
  };
}
