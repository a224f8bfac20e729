import type { ProxyContext } from "./door.ts";
import { EgressError } from "./egress-error.ts";
import type { EgressCaller } from "./egress-types.ts";
import { quoteText } from "../../policy/network/quote-text.ts";

/** Runs a parser; when it refuses, records what it was given (quoted and cut) before passing the error on. */
export function recordMalformed<T>(
  context: ProxyContext,
  caller: EgressCaller,
  given: string | undefined,
  parse: () => T,
): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof EgressError) {
      context.authorize.onEvent({
        ...caller,
        decision: "deny",
        host: quoteText(given ?? ""),
        port: undefined,
        code: error.code,
        rule: undefined,
        reason: error.message,
        addresses: [],
      });
    }
    throw error;
  }
}
