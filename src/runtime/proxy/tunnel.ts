import type { Socket } from "node:net";
import type { EgressLimits } from "./egress-types.ts";
import { classifyFirstBytes, type FirstBytes } from "./first-bytes.ts";
import { endWith, renderReply } from "./http-reply.ts";
import { readUntil } from "./read-head.ts";

export interface TunnelOptions {
  readonly limits: EgressLimits;
  /** Judges what the client starts with: undefined, or the text of a refusal that has been recorded. */
  readonly judge: (first: FirstBytes) => string | undefined;
}

// Fatal alert access_denied (RFC 8446 §6): the client's own error message then speaks of access, not of a broken peer.
const ACCESS_DENIED = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 49]);

/** Ties two sockets together: what ends one ends the other, what breaks one breaks the other, silence ends both. */
function tie(client: Socket, upstream: Socket, limits: EgressLimits): void {
  const pairs = [
    [client, upstream],
    [upstream, client],
  ] as const;
  const destroyBoth = (): void => {
    client.destroy();
    upstream.destroy();
  };
  for (const [one, other] of pairs) {
    one.on("error", destroyBoth);
    one.setTimeout(limits.idleMs, destroyBoth);
    one.once("end", () => {
      client.setTimeout(limits.halfClosedMs);
      upstream.setTimeout(limits.halfClosedMs);
    });
    one.once("close", (failed) => {
      // A clean close means both directions had ended: let what is buffered reach the other side first.
      if (failed || !one.readableEnded) other.destroy();
      else other.end();
    });
  }
}

function waitForClient(client: Socket): Promise<"data" | "end"> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (client.readableLength === 0 && !client.readableEnded && !client.destroyed) return;
      client.off("readable", look).off("end", ended).off("close", ended);
      resolve("data");
    };
    const ended = (): void => {
      client.off("readable", look).off("end", ended).off("close", ended);
      resolve("end");
    };
    client.on("readable", look).once("end", ended).once("close", ended);
    look();
  });
}

async function readFirst(
  client: Socket,
  limits: EgressLimits,
): Promise<FirstBytes & { readonly bytes: Buffer }> {
  let first: FirstBytes | undefined;
  const bytes = await readUntil(client, { bytes: limits.headBytes, ms: limits.headMs }, (seen) => {
    first = classifyFirstBytes(seen);
    return first?.length;
  });
  if (first === undefined) throw new Error("unreachable: readUntil settles only with a class");
  return { ...first, bytes };
}

/**
 * Joins a client with its upstream. The server may speak at once; the client's bytes are held back until the first of
 * them were judged. A refused client gets a TLS alert where it speaks TLS, then the end.
 */
export async function runTunnel(client: Socket, upstream: Socket, options: TunnelOptions): Promise<void> {
  tie(client, upstream, options.limits);
  if (client.destroyed) {
    upstream.destroy();
    return;
  }
  upstream.pipe(client);
  if ((await waitForClient(client)) === "end") {
    upstream.end();
    return;
  }
  try {
    const first = await readFirst(client, options.limits);
    const refusal = options.judge(first);
    if (refusal === undefined) {
      upstream.write(first.bytes);
      client.pipe(upstream);
      return;
    }
    upstream.unpipe(client);
    upstream.destroy();
    endWith(client, first.kind === "tls" ? ACCESS_DENIED : renderReply(403, refusal));
  } catch {
    client.destroy();
    upstream.destroy();
  }
}
