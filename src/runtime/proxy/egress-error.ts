import {
  changeFor,
  type Destination,
  type Refusal,
  type SettingsChange,
} from "../../policy/network/decide-destination.ts";
import { renderRefusal } from "../../policy/network/explain-refusal.ts";
import type { EgressEvent } from "./egress-types.ts";

/** Why a client gets no connection, in the words of each protocol. */
export class EgressError extends Error {
  readonly code: EgressEvent["code"];
  /** HTTP status, 400 to 504. */
  readonly status: number;
  /** SOCKS5 reply, RFC 1928 §6. */
  readonly socksReply: number;
  /** The rule that refused, as written. */
  readonly rule: string | undefined;
  readonly change: SettingsChange | undefined;

  constructor(
    code: EgressEvent["code"],
    message: string,
    reply: {
      readonly status: number;
      readonly socksReply: number;
      readonly rule?: string | undefined;
      readonly change?: SettingsChange | undefined;
    },
  ) {
    super(message);
    this.name = "EgressError";
    this.code = code;
    this.status = reply.status;
    this.socksReply = reply.socksReply;
    this.rule = reply.rule;
    this.change = reply.change;
  }
}

/** The policy says no. */
export function refusedError(destination: Destination, refusal: Refusal): EgressError {
  const reply = { status: 403, socksReply: 0x02, rule: refusal.rule, change: changeFor(refusal) };
  return new EgressError(refusal.code, renderRefusal(destination, refusal), reply);
}

/** The request cannot be read, or two parts of it disagree about where it goes. */
export function malformedError(reason: string): EgressError {
  const text = `sandhook refused a request: ${reason}.\nNothing was sent.\ncode: network.malformed\n`;
  return new EgressError("malformed", text, { status: 400, socksReply: 0x01 });
}

/** The destination is allowed but cannot be reached. */
export function unreachableError(code: "unresolved" | "unreachable", reason: string): EgressError {
  const text = `sandhook allowed the connection, but ${reason}.\ncode: network.${code}\n`;
  return new EgressError(code, text, { status: 502, socksReply: code === "unresolved" ? 0x04 : 0x05 });
}
