import type { Fact } from "./fact.ts";
import { ok, warning, type Words } from "./words.ts";

/** What the facts about the hook's resident process mean. */
export function residentWords(fact: Extract<Fact, { readonly kind: `resident.${string}` }>): Words {
  switch (fact.kind) {
    case "resident.none":
      return { level: "note", message: "each command starts the hook anew; no process of it lives on" };
    case "resident.asleep":
      return ok("the hook's resident process is not running; the next command starts it");
    case "resident.alive": {
      const { pid, memory, answered, declined } = fact;
      return ok(
        `the hook's resident process ${pid} has answered ${answered} commands and left ${declined} to the slow path (${Math.round(memory / 2 ** 20)} MB)`,
      );
    }
    case "resident.silent":
      return warning(
        `the hook's resident process in ${fact.folder} does not answer (${fact.reason}); commands take the slow path`,
        "sandhook doctor --json",
      );
  }
}
