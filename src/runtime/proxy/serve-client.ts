import http from "node:http";
import type { Duplex } from "node:stream";
import net, { type Socket } from "node:net";
import { identityAtDoor, recordRefusal, type Door, type ProxyContext } from "./door.ts";
import { malformedError } from "./egress-error.ts";
import { answerError, serveConnect } from "./http-connect.ts";
import { serveForward } from "./http-forward.ts";
import { serveSocks } from "./socks5.ts";

const SOCKS5 = 0x05;

/** Knows which clients have said what they want, and ends those that do not in time. */
class FirstWords {
  readonly #timers = new WeakMap<Duplex, NodeJS.Timeout>();
  readonly #met = new WeakSet<Duplex>();

  start(client: Socket, ms: number): void {
    const timer = setTimeout(() => client.destroy(), ms);
    this.#timers.set(client, timer);
    client.once("close", () => {
      clearTimeout(timer);
    });
  }

  /** Ends the wait. False when this client had said what it wants before: a connection carries one request. */
  met(client: Duplex): boolean {
    clearTimeout(this.#timers.get(client));
    const first = !this.#met.has(client);
    this.#met.add(client);
    return first;
  }

  wasMet(client: Duplex): boolean {
    return this.#met.has(client);
  }
}

function requireSocket(stream: Duplex): Socket {
  if (stream instanceof net.Socket) return stream;
  throw new TypeError("Node handed over something else than a socket");
}

/** Runs a step of an event listener, where a throw would end the process: the client is closed instead. */
function closing(client: Duplex, step: () => void): void {
  try {
    step();
  } catch {
    client.destroy();
  }
}

function createHttpServer(context: ProxyContext, door: Door, deadlines: FirstWords): http.Server {
  // requireHostHeader: checked here, where the answer can say what was wrong. The parser stays strict.
  const options = {
    maxHeaderSize: context.limits.headBytes,
    insecureHTTPParser: false,
    requireHostHeader: false,
  };
  const server = http.createServer(options, (request, response) => {
    // A pipelined second request gets no answer: the connection ends with the answer to the first.
    if (!deadlines.met(request.socket)) return;
    response.shouldKeepAlive = false;
    void serveForward(context, door, request, response);
  });
  server.on("connect", (request, stream, head) => {
    const client = requireSocket(stream);
    client.on("error", () => undefined);
    if (!deadlines.met(client)) {
      client.destroy();
      return;
    }
    if (head.length > 0) client.unshift(head);
    void serveConnect(context, door, request, client);
  });
  server.on("clientError", (error, stream) => {
    const code = "code" in error ? String(error.code) : "unreadable";
    // Last words are on their way already; they end the connection themselves.
    if (stream.writableEnded) return;
    // Behind a request that is being served, words of ours would land in the middle of its answer.
    if (!stream.writable || code === "ECONNRESET" || deadlines.wasMet(stream)) {
      stream.destroy();
      return;
    }
    const caller = { identity: identityAtDoor(door), callId: undefined, protocol: "http" } as const;
    closing(stream, () => {
      recordRefusal(context, caller, "malformed", `the request cannot be parsed (${code})`);
      answerError(requireSocket(stream), malformedError(`it cannot be parsed (${code})`));
    });
  });
  return server;
}

/**
 * Makes the function that takes a door's clients. One port serves both protocols: SOCKS5 starts with byte 5, HTTP with a
 * letter. Whatever goes wrong ends the connection of that client and nothing else.
 */
export function createClientServer(context: ProxyContext, door: Door): (client: Socket) => void {
  const deadlines = new FirstWords();
  const web = createHttpServer(context, door, deadlines);
  return (client) => {
    client.on("error", () => undefined);
    const identity = identityAtDoor(door);
    if (!context.budget.claim(client, identity)) {
      closing(client, () => {
        recordRefusal(
          context,
          { identity, callId: undefined, protocol: "connect" },
          "limit",
          "too many open connections",
        );
        client.destroy();
      });
      return;
    }
    deadlines.start(client, context.limits.headMs);
    client.once("readable", () => {
      const first = client.read(1) as Buffer | null;
      if (first === null) {
        client.destroy();
        return;
      }
      client.unshift(first);
      if (first[0] !== SOCKS5) {
        web.emit("connection", client);
        return;
      }
      deadlines.met(client);
      void serveSocks(context, door, client);
    });
  };
}
