import { chmodSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import { renderFailure } from "../../core/errors.ts";
import { answerEvent } from "../answer-event.ts";
import { serveConnections } from "./connections.ts";
import type { ResidentAnswer, ResidentRequest } from "./frame.ts";
import { type Installation, watchCode } from "./own-code.ts";
import { SECRET, SOCKET } from "./place.ts";

export interface ResidentOptions extends Installation {
  /** Who and where the process is, as its starter saw it: native/identity.c. */
  readonly identity: string;
  readonly home: string;
  readonly secret: string;
}

/** Ends when nobody asked for this long. Milliseconds. */
const IDLE_MS = 10 * 60 * 1000;
const TICK_MS = 5_000;
const UNUSED_MS = 7 * 24 * 60 * 60 * 1000;

/** Beyond this it ends and the next call starts a fresh one. Bytes of resident memory. */
const MOST_MEMORY = 200 * 1024 * 1024;

/** Variables that a request may carry; another one means that the hook depends on something that is not known here. */
const VARIABLES = new Set(["HOME", "CLAUDE_CONFIG_DIR", "CLAUDE_PROJECT_DIR"]);

/** Answers to `status`, as JSON. */
export interface ResidentStatus {
  readonly pid: number;
  /** Bytes of resident memory. */
  readonly memory: number;
  /** Events answered, and events left to the slow path. */
  readonly answered: number;
  readonly declined: number;
}

const slow = (text: string): ResidentAnswer => ({ kind: "slow", text });

/**
 * Listens in the working folder, which only the user can enter and of which the process holds the lock, and answers the
 * hook's events by the same pipeline that the Node hook runs. Resolves when it is no longer wanted.
 *
 * Nothing is remembered from one event to the next but code: settings, files and folders are read anew for each of
 * them. What a decision depends on beside the event travels with it, or is compared: the hook's variables, who asks
 * (user, groups, capabilities, namespaces), and the code. The caller's process id travels as well: it waits for its
 * answer, so its ancestors are those of the Node hook that it would become. Whatever differs or fails goes to the slow path.
 */
export async function serveEvents(options: ResidentOptions): Promise<void> {
  const { identity, libexec, libexecReal, home, secret } = options;
  const isCurrent = watchCode(options);
  const counts = { answered: 0, declined: 0 };
  const waiting = new Pause();
  let lastAsked = Date.now();
  let wanted = true;

  const objection = (request: ResidentRequest): string | undefined => {
    if (request.secret !== secret) return "the secret is another one";
    if (request.verb !== "decide") return undefined;
    if (request.libexec !== libexec || request.libexecReal !== libexecReal) return "another installation";
    if (request.deadline < process.hrtime.bigint() / 1_000_000n) return "the caller waits no longer";
    if (request.identity !== identity) return "the caller is not where this process is";
    if (request.variables["HOME"] !== home) return "another home folder";
    if (Object.keys(request.variables).some((name) => !VARIABLES.has(name))) return "unknown variables";
    return undefined;
  };

  const decide = ({ event, variables, pid }: ResidentRequest): ResidentAnswer => {
    wanted &&= isCurrent() && process.memoryUsage.rss() < MOST_MEMORY;
    if (!wanted) {
      waiting.end();
      return slow("this process is to be replaced");
    }
    lastAsked = Date.now();
    try {
      return { kind: "answer", text: answerEvent(event, { environment: variables, libexec, pid }) };
    } catch (error) {
      return slow(renderFailure(error));
    }
  };

  const respond = (request: ResidentRequest): ResidentAnswer => {
    const reason = objection(request);
    if (reason !== undefined) return slow(reason);
    if (request.verb === "decide") return decide(request);
    if (request.verb === "end") {
      wanted = false;
      waiting.end();
    }
    const status: ResidentStatus = { pid: process.pid, memory: process.memoryUsage.rss(), ...counts };
    return { kind: "answer", text: JSON.stringify(status) };
  };

  const server = net.createServer({ allowHalfOpen: false });
  serveConnections(server, (request) => {
    const answer = respond(request);
    if (request.verb === "decide") counts[answer.kind === "answer" ? "answered" : "declined"] += 1;
    return answer;
  });
  const ownSocket = await listen(server, secret);
  sweepNeighbours();
  for (; wanted; wanted &&= Date.now() - lastAsked < IDLE_MS) {
    await waiting.begin(TICK_MS);
    wanted &&= isCurrent() && ownSocket();
  }
  if (ownSocket()) rmSync(SOCKET);
  server.close();
}

/** Takes away the folders of versions that nobody has used for long. */
function sweepNeighbours(): void {
  const limit = Date.now() - UNUSED_MS;
  for (const name of readdirSync("..").filter((each) => /^[0-9a-f]{16}$/.test(each))) {
    const used = statSync(`../${name}/${SOCKET}`, { throwIfNoEntry: false }) !== undefined;
    if (!used && statSync(`../${name}`).mtimeMs < limit)
      rmSync(`../${name}`, { recursive: true, force: true });
  }
}

/** A wait that can be cut short. */
class Pause {
  #end: () => void = () => undefined;

  begin(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  end(): void {
    this.#end();
  }
}

/** Gives a function that says whether the socket in the folder is still ours. */
async function listen(server: net.Server, secret: string): Promise<() => boolean> {
  for (const name of [SOCKET, SECRET]) rmSync(name, { force: true });
  writeFileSync(SECRET, secret, { mode: 0o600, flag: "wx" });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path: SOCKET, backlog: 512 }, resolve);
  });
  chmodSync(SOCKET, 0o600);
  const { ino } = statSync(SOCKET);
  return () => statSync(SOCKET, { throwIfNoEntry: false })?.ino === ino;
}
