import type { Fact } from "./fact.ts";
import { error, ok, warning, type Words } from "./words.ts";

/** What the facts about the network's proxy mean. */
export function proxyWords(fact: Extract<Fact, { readonly kind: `proxy.${string}` }>): Words {
  switch (fact.kind) {
    case "proxy.alive":
      return ok(`the network proxy ${fact.pid} answers (${fact.folder})`);
    case "proxy.silent":
      return warning(
        `the network proxy ${fact.pid} in ${fact.folder} does not answer (${fact.reason}): commands that need it are refused`,
        `kill ${fact.pid}   # the next command starts another`,
      );
    case "proxy.command":
      return error(
        `network.proxyCommand of ${fact.file ?? "the settings"} starts ${fact.program}, which is no program here: every connection fails`,
        `install ${fact.program}, or correct network.proxyCommand in ${fact.file ?? "the settings"}`,
      );
    case "proxy.parent":
      return warning(
        `nobody answers at ${fact.address}, the network.parentProxy of ${fact.file ?? "the settings"} (${fact.reason}): every connection fails`,
        `correct network.parentProxy in ${fact.file ?? "the settings"}`,
      );
  }
}
