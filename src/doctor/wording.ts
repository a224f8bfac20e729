import { engineWords } from "./engine-words.ts";
import type { Fact } from "./fact.ts";
import { organisationWords } from "./organisation-words.ts";
import { proxyWords } from "./proxy-words.ts";
import { residentWords } from "./resident-words.ts";
import { error, ok, warning, type Words } from "./words.ts";

const INSTALL = "npx sandhook install";
const UPDATE_CLIENT = "npm install -g @anthropic-ai/claude-code";

function scopeWord(scope: string): string {
  return scope === "user" ? INSTALL : `${INSTALL} --scope ${scope}`;
}

type Of<K extends string> = Extract<Fact, { readonly kind: `${K}.${string}` }>;

function clientWords(fact: Of<"client">): Words {
  switch (fact.kind) {
    case "client.found":
      return ok(`Claude Code ${fact.version} (${fact.program})`);
    case "client.unknown":
      return warning(`the release of Claude Code is not known: ${fact.reason}`, "claude --version");
    case "client.lacks": {
      const message = `Claude Code ${fact.version} is older than ${fact.since} (${fact.name}): ${fact.before}`;
      return fact.required ? error(message, UPDATE_CLIENT) : warning(message, UPDATE_CLIENT);
    }
  }
}

function hookWords(fact: Of<"hook" | "gate" | "native">): Words {
  switch (fact.kind) {
    case "hook.registered":
      return ok(`the hook is registered in ${fact.file} (${fact.scope})`);
    case "hook.altered":
      return error(
        `the hook for ${fact.event} in ${fact.file} is not as it was installed`,
        scopeWord(fact.scope),
      );
    case "hook.none":
      return error("no settings file of this project registers the hook: commands run unsandboxed", INSTALL);
    case "hook.disabled":
      return error(
        `${fact.file} says "disableAllHooks": true: the hook does not run`,
        `remove disableAllHooks from ${fact.file}`,
      );
    case "hook.other":
      return warning(
        `another hook in ${fact.file} sees every Bash command and may rewrite it: ${fact.command}. When two hooks rewrite, the last one wins; only the shell gate then sandboxes the command`,
        `take that hook out of ${fact.file}, or keep the shell gate registered`,
      );
    case "gate.registered":
      return ok(`the shell gate is registered in ${fact.file}`);
    case "gate.none":
      return warning(
        "the shell gate is not registered: a command whose rewrite Claude Code drops would run unsandboxed",
        INSTALL,
      );
    case "gate.blanked":
      return warning(
        `${fact.file} sets CLAUDE_CODE_SHELL_PREFIX to ${JSON.stringify(fact.value)}, which takes the place of the shell gate`,
        `remove env.CLAUDE_CODE_SHELL_PREFIX from ${fact.file}`,
      );
    case "native.on":
      return error(
        `${fact.file} switches Claude Code's own sandbox on, and ours does not start inside of it: every command is refused`,
        `set sandbox.enabled to false in ${fact.file}`,
      );
  }
}

function machineWords(fact: Of<"runtime" | "node" | "jobs" | "disk">): Words {
  switch (fact.kind) {
    case "runtime.intact":
      return ok(`sandhook ${fact.version} is installed`);
    case "runtime.missing":
      return error(`${fact.path} is missing or cannot be used: every command is refused`, INSTALL);
    case "runtime.open":
      return error(
        `${fact.folder} can be entered by others (mode ${fact.mode})`,
        `chmod 700 '${fact.folder}'`,
      );
    case "node.alive":
      return ok(`the hook runs with Node ${fact.version} (${fact.program})`);
    case "node.dead":
      return error(
        `the Node behind ${fact.link} does not start (${fact.reason}): every command is refused`,
        INSTALL,
      );
    case "node.old":
      return error(
        `the hook runs with Node ${fact.version} (${fact.program}); it needs 20.19, 22.12, 24 or newer`,
        `${INSTALL} --node /path/to/node`,
      );
    case "jobs.stale":
      return warning(`${fact.count} jobs in ${fact.folder} are older than a day`, "sandhook doctor --fix");
    case "disk.low":
      return fact.full
        ? error(
            `${fact.folder} has ${fact.megabytes} MB left: jobs cannot be written`,
            `df -h '${fact.folder}'`,
          )
        : warning(`${fact.folder} has ${fact.megabytes} MB left`, `df -h '${fact.folder}'`);
  }
}

function configWords(fact: Of<"config" | "check">): Words {
  switch (fact.kind) {
    case "config.valid": {
      const from =
        fact.files.length === 0 ? "no file says anything, so the defaults count" : fact.files.join(", ");
      return ok(`the settings are valid (engine ${fact.engine}; ${from})`);
    }
    case "config.invalid":
      return error(`${fact.message}; every command is refused`, fact.hint ?? "correct that file");
    case "config.off":
      return warning(
        `sandhook.enabled is false in ${fact.file ?? "the defaults"}: commands run unsandboxed`,
        `remove sandhook.enabled from ${fact.file ?? "the settings"}`,
      );
    case "config.ignored":
      return warning(
        `sandhook.${fact.key} in ${fact.file ?? "a settings file"} would widen the policy and is not counted: a project's files may only narrow`,
        `sandhook trust --show, or write sandhook.${fact.key} in your user settings`,
      );
    case "config.excluded":
      return warning(
        `excludedCommands in ${fact.file ?? "a settings file"} has no effect, because sandhook.unsandboxed is deny: those commands run sandboxed`,
        'set sandhook.unsandboxed to "ask" in your user settings, or remove the list',
      );
    case "config.outside":
      return {
        level: "note",
        message: `commands can run outside of the sandbox ${fact.value === "ask" ? "after you are asked" : "without being asked"} (sandhook.unsandboxed in ${fact.file ?? "the defaults"})`,
      };
    case "check.failed":
      return error(`the check ${fact.check} could not be made: ${fact.reason}`, "sandhook doctor --json");
  }
}

/** The words of a fact; exhaustive, and the only place where findings are worded. */
export function wordFact(fact: Fact): Words {
  switch (fact.kind) {
    case "client.found":
    case "client.unknown":
    case "client.lacks":
      return clientWords(fact);
    case "hook.registered":
    case "hook.altered":
    case "hook.none":
    case "hook.disabled":
    case "hook.other":
    case "gate.registered":
    case "gate.none":
    case "gate.blanked":
    case "native.on":
      return hookWords(fact);
    case "runtime.intact":
    case "runtime.missing":
    case "runtime.open":
    case "node.alive":
    case "node.dead":
    case "node.old":
    case "jobs.stale":
    case "disk.low":
      return machineWords(fact);
    case "managed.intact":
    case "managed.altered":
    case "managed.excludes":
    case "plugin.alone":
    case "plugin.twice":
      return organisationWords(fact);
    case "proxy.alive":
    case "proxy.silent":
    case "proxy.command":
    case "proxy.parent":
      return proxyWords(fact);
    case "resident.none":
    case "resident.asleep":
    case "resident.alive":
    case "resident.silent":
      return residentWords(fact);
    case "engine.works":
    case "engine.absent":
    case "engine.blocked":
    case "image.missing":
      return engineWords(fact);
    case "config.valid":
    case "config.invalid":
    case "config.off":
    case "config.ignored":
    case "config.excluded":
    case "config.outside":
    case "check.failed":
      return configWords(fact);
  }
}
