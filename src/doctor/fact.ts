import type { EngineName } from "../core/plan.ts";

/** Why an engine that is installed does not start a sandbox; each has a repair of its own. */
export type Blocker =
  | "apparmor-userns"
  | "userns-off"
  | "userns-limit"
  | "socket-permission"
  | "daemon-down"
  | "subuid"
  | "unknown";

/** What a check found: data only. `wording.ts` says how bad it is, in words, and what to type. */
export type Fact =
  | { readonly kind: "client.found"; readonly program: string; readonly version: string }
  | { readonly kind: "client.unknown"; readonly reason: string }
  | {
      readonly kind: "client.lacks";
      readonly version: string;
      readonly name: string;
      readonly since: string;
      readonly before: string;
      readonly required: boolean;
    }
  | { readonly kind: "hook.registered"; readonly file: string; readonly scope: string }
  | { readonly kind: "hook.altered"; readonly file: string; readonly scope: string; readonly event: string }
  | { readonly kind: "hook.none" }
  | { readonly kind: "hook.disabled"; readonly file: string }
  | { readonly kind: "hook.other"; readonly file: string; readonly command: string }
  | { readonly kind: "gate.registered"; readonly file: string }
  | { readonly kind: "gate.none" }
  | { readonly kind: "gate.blanked"; readonly file: string; readonly value: string }
  | { readonly kind: "native.on"; readonly file: string }
  | { readonly kind: "managed.intact"; readonly root: string }
  | { readonly kind: "managed.altered"; readonly path: string; readonly problem: string }
  | { readonly kind: "managed.excludes"; readonly file: string }
  | { readonly kind: "plugin.alone" | "plugin.twice"; readonly name: string; readonly file: string }
  | { readonly kind: "proxy.alive"; readonly pid: number; readonly folder: string }
  | { readonly kind: "proxy.silent"; readonly pid: number; readonly folder: string; readonly reason: string }
  | { readonly kind: "proxy.command"; readonly program: string; readonly file: string | undefined }
  | {
      readonly kind: "proxy.parent";
      readonly address: string;
      readonly reason: string;
      readonly file: string | undefined;
    }
  | { readonly kind: "runtime.intact"; readonly version: string }
  | { readonly kind: "runtime.missing"; readonly path: string }
  | { readonly kind: "runtime.open"; readonly folder: string; readonly mode: string }
  | { readonly kind: "node.alive"; readonly program: string; readonly version: string }
  | { readonly kind: "node.dead"; readonly link: string; readonly reason: string }
  | { readonly kind: "node.old"; readonly program: string; readonly version: string }
  | { readonly kind: "resident.none" }
  | { readonly kind: "resident.asleep" }
  | {
      readonly kind: "resident.alive";
      readonly pid: number;
      readonly memory: number;
      readonly answered: number;
      readonly declined: number;
    }
  | { readonly kind: "resident.silent"; readonly folder: string; readonly reason: string }
  | { readonly kind: "engine.works"; readonly engine: EngineName; readonly chosen: boolean }
  | {
      readonly kind: "engine.absent";
      readonly engine: EngineName;
      readonly chosen: boolean;
      readonly reasons: readonly string[];
      readonly hint: string;
    }
  | {
      readonly kind: "engine.blocked";
      readonly engine: EngineName;
      readonly chosen: boolean;
      readonly blocker: Blocker;
      readonly reason: string;
    }
  | { readonly kind: "image.missing"; readonly engine: EngineName; readonly image: string }
  | { readonly kind: "config.valid"; readonly engine: string; readonly files: readonly string[] }
  | { readonly kind: "config.invalid"; readonly message: string; readonly hint: string | undefined }
  | { readonly kind: "config.off"; readonly file: string | undefined }
  | { readonly kind: "config.ignored"; readonly key: string; readonly file: string | undefined }
  | { readonly kind: "config.excluded"; readonly file: string | undefined }
  | { readonly kind: "config.outside"; readonly value: "ask" | "allow"; readonly file: string | undefined }
  | { readonly kind: "jobs.stale"; readonly count: number; readonly folder: string }
  | { readonly kind: "disk.low"; readonly folder: string; readonly megabytes: number; readonly full: boolean }
  | { readonly kind: "check.failed"; readonly check: string; readonly reason: string };
