import type { Site } from "../../core/engine.ts";
import { PolicyError } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import type { Plan, SeatbeltToggle } from "../../core/plan.ts";
import { type CustomProfile, readCustomProfile } from "./custom-profile.ts";
import { createParameterTable, type Parameter, type ParameterTable } from "./parameters.ts";
import { physicalSpelling } from "./physical-paths.ts";
import { BUILT_IN_PROFILES, type ProfileEntry, readModule, readProfileEntry } from "./profile-table.ts";
import { renderProtected } from "./render-denies.ts";
import { effectiveReads, renderGrants, renderLocalSockets, writableRoots } from "./render-grants.ts";
import { renderHidden } from "./render-hidden.ts";
import { networkModules, renderNetwork } from "./render-network.ts";
import { renderOwn } from "./render-own.ts";
import { TOGGLE_MODULES } from "./toggles.ts";

export interface RenderedProfile {
  readonly text: string;
  readonly parameters: readonly Parameter[];
}

/** Stands in the denies of a module where the tag of the call belongs. */
const TAG_PLACEHOLDER = '(with message "sandhook")';

interface Request {
  readonly plan: Plan;
  readonly site: Site;
  readonly host: Host;
  readonly table: ParameterTable;
}

interface Chosen {
  readonly profile: ProfileEntry;
  readonly toggles: readonly SeatbeltToggle[];
  readonly rules: readonly string[];
}

/** Marks what the kernel logs for one call; nothing but letters, digits and a dash, because it is written into a rule. */
export function violationTag(plan: Plan, host: Host): string {
  const { sessionId, toolUseId, command } = plan.call;
  return `sandhook-${host.digest(JSON.stringify([sessionId, toolUseId, command])).slice(0, 16)}`;
}

function unknownProfile(name: string): never {
  throw new PolicyError({
    code: "seatbelt.unknown-profile",
    message: `There is no sandbox profile ${JSON.stringify(name)}`,
    hint: `Use one of ${BUILT_IN_PROFILES.join(", ")}, or put ${name}.sb into ~/.config/sandhook/profiles.`,
  });
}

function chooseProfile(plan: Plan, site: Site, host: Host): Chosen {
  const name = plan.seatbelt?.profile ?? plan.profile;
  const builtIn = readProfileEntry(host, site.profiles, name);
  const custom: CustomProfile | undefined =
    builtIn === undefined ? readCustomProfile(name, plan, host) : undefined;
  const profile =
    builtIn ?? (custom === undefined ? undefined : readProfileEntry(host, site.profiles, custom.base));
  if (profile === undefined) return unknownProfile(custom?.base ?? name);
  const toggles = [...new Set([...(plan.seatbelt?.toggles ?? []), ...(custom?.toggles ?? [])])];
  return { profile, toggles, rules: custom?.rules ?? [] };
}

/** The rules of a module without its commentary, under its name. */
function moduleText(host: Host, site: Site, name: string): string {
  const lines = readModule(host, site.profiles, name).split("\n");
  const rules = lines.filter((line) => line.trim() !== "" && !line.startsWith(";"));
  return [`; ${name}`, ...rules].join("\n");
}

function finalDenies(chosen: Chosen, request: Request): readonly string[] {
  const { plan, site, host, table } = request;
  const { protectedPaths, hidden } = plan.filesystem;
  const readable = plan.filesystem.readable.map(physicalSpelling);
  const context = { host, table, roots: writableRoots(plan, chosen.profile).map(physicalSpelling) };
  const message = `(with message "${violationTag(plan, host)}")`;
  const tagged = (rule: string) => `${rule.slice(0, -1)}\n  ${message})`;
  const engines = chosen.toggles.includes("docker-socket") ? [] : ["90-deny-container-engines.sb"];
  return [
    ...[...engines, "92-deny-launchd.sb"].map((name) =>
      moduleText(host, site, name).replaceAll(TAG_PLACEHOLDER, message),
    ),
    "; protected paths",
    ...renderProtected(context, protectedPaths).map(tagged),
    "; hidden paths",
    ...renderHidden(context, readable, hidden).map(tagged),
    "; settings and state",
    ...renderOwn(context, plan, site).map(tagged),
  ];
}

/**
 * Renders the profile of one command. The last matching rule decides, so the order is the policy:
 * 1. Everything is denied, and a denial is logged with the tag of the call.
 * 2. The modules of the profile, what it reads, and what it writes beside the plan's folders.
 * 3. What the plan lets be read and written.
 * 4. Toggles, then the user's own rules: they may widen all of the above.
 * 5. What of the network plan and profile both allow. Nothing before this says anything about addresses.
 * 6. The denies that nothing overrides: container engines, launch agents, protected and hidden paths, our own files.
 * @throws EngineError `seatbelt.module-missing`; PolicyError for a profile that is unknown or does not fit the plan;
 * InputError for a custom profile that cannot be used.
 */
export function renderProfile(plan: Plan, site: Site, host: Host): RenderedProfile {
  const chosen = chooseProfile(plan, site, host);
  const { profile } = chosen;
  const table = createParameterTable();
  table.reference("HOME", host.realPath(host.home) ?? host.home);
  table.reference("PROJECT", plan.project.root);
  table.reference("TEMP", plan.filesystem.temporary);
  const include = (names: readonly string[]) => names.map((name) => moduleText(host, site, name));
  const sections = [
    `(version 1)\n(deny default (with message "${violationTag(plan, host)}"))`,
    ...include(profile.modules),
    ...include(effectiveReads(plan, profile) === "host" ? profile.hostReads : profile.listedReads),
    ...include(profile.writeModules),
    "; the plan",
    ...renderGrants(plan, profile, table, host.claudeDir),
    ...include(chosen.toggles.filter((name) => name !== "docker-socket").map((name) => TOGGLE_MODULES[name])),
    ...(chosen.rules.length === 0 ? [] : ["; custom rules", ...chosen.rules]),
    ...include(networkModules(plan, profile)),
    ...renderNetwork(plan),
    ...renderLocalSockets(plan, profile, table),
    ...include(chosen.toggles.includes("docker-socket") ? [TOGGLE_MODULES["docker-socket"]] : []),
    ...finalDenies(chosen, { plan, site, host, table }),
  ];
  return { text: `${sections.join("\n")}\n`, parameters: table.list() };
}
