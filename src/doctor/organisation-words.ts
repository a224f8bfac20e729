import type { Fact } from "./fact.ts";
import { error, ok, warning, type Words } from "./words.ts";

type Of<K extends string> = Extract<Fact, { readonly kind: `${K}.${string}` }>;

/** What the facts about an installation for every user, and about the plugin, mean. */
export function organisationWords(fact: Of<"managed" | "plugin">): Words {
  switch (fact.kind) {
    case "managed.intact":
      return ok(`the installation for every user in ${fact.root} is what was installed`);
    case "managed.altered":
      return error(
        `${fact.path} (installation for every user): ${fact.problem}`,
        "sudo sandhook install --scope managed   # with the flags of the policy",
      );
    case "managed.excludes":
      return error(
        `${fact.file} says "allowManagedHooksOnly": true and registers no hook of ours: the user's and the project's do not run`,
        "ask whoever administers this machine for: sudo sandhook install --scope managed",
      );
    case "plugin.alone":
      return {
        level: "note",
        message: `the hooks come from the plugin ${fact.name} (${fact.file}); a plugin cannot register the shell gate`,
        remedy: "npx sandhook install",
      };
    case "plugin.twice":
      return warning(
        `the hooks are registered by an installation and by the plugin ${fact.name} (${fact.file}): each command is judged twice`,
        `claude plugin uninstall ${fact.name}`,
      );
  }
}
