import { hostPath, type HostPath } from "../../src/core/paths.ts";
import type { FilesystemPlan, NetworkPlan, Plan, ProtectedPath } from "../../src/core/plan.ts";
import { type RenderedProfile, renderProfile } from "../../src/engine/seatbelt/render-profile.ts";
import { createMacHost, type MacFiles, SITE } from "./mac-host.ts";
import { evaluate, type Evaluation, readRules } from "./sbpl/evaluate.ts";
import type { Request } from "./sbpl/request.ts";

export const HOME = "/Users/dana";
export const PROJECT = `${HOME}/code/app`;
export const TEMP = `${SITE.temporary}/app-0123456789ab`;

const paths = (...names: readonly string[]): readonly HostPath[] => names.map(hostPath);

const PROTECTED: readonly ProtectedPath[] = [
  { path: hostPath(`${PROJECT}/.git/config`), kind: "file" },
  { path: hostPath(`${PROJECT}/.git/hooks`), kind: "directory" },
  { path: hostPath(`${PROJECT}/.claude/settings.json`), kind: "missing" },
  { path: hostPath(`${PROJECT}/.mcp.json`), kind: "missing" },
  { path: hostPath(`${PROJECT}/packages/web/.vscode`), kind: "missing" },
];

const FILESYSTEM: FilesystemPlan = {
  reads: "host",
  readable: paths(`${HOME}/reference`, `${HOME}/secrets/public/open`),
  writable: paths(PROJECT, "/private/var/shared/build"),
  protectedPaths: PROTECTED,
  hidden: [
    { path: hostPath(`${HOME}/.ssh`), kind: "directory" },
    { path: hostPath(`${HOME}/secrets`), kind: "directory" },
    { path: hostPath(`${HOME}/secrets/public/open/keys`), kind: "directory" },
    { path: hostPath(`${HOME}/.netrc`), kind: "file" },
    { path: hostPath(`${PROJECT}/config/.env`), kind: "file" },
  ],
  temporary: hostPath(TEMP),
};

const MAC: MacFiles = {
  folders: [`${PROJECT}/.git/hooks`, `${PROJECT}/packages/web`, `${PROJECT}/config`, TEMP, SITE.state],
  files: { [`${PROJECT}/.git/config`]: "", [`${PROJECT}/config/.env`]: "" },
};

export const PROXIED: NetworkPlan = {
  mode: "allowlist",
  port: 18_080,
};

/** What a test changes in the plan; the filesystem is merged key by key. */
export type PlanChanges = Partial<Omit<Plan, "filesystem">> & {
  readonly filesystem?: Partial<FilesystemPlan>;
};

export function seatbeltPlan(changes: PlanChanges = {}): Plan {
  return {
    call: {
      tool: "Bash",
      command: "npm test",
      cwd: hostPath(PROJECT),
      sessionId: "session-1",
      toolUseId: "toolu_1",
      agentId: undefined,
      permissionMode: "default",
      background: false,
      wantsUnsandboxed: false,
    },
    project: { root: hostPath(PROJECT), key: "app-0123456789ab" },
    profile: "workspace-write",
    network: { mode: "none" },
    environment: { deny: [], pass: [], containerPass: [], set: {} },
    limits: {},
    container: { image: undefined },
    ...changes,
    filesystem: { ...FILESYSTEM, ...changes.filesystem },
  };
}

export function renderCase(changes: PlanChanges = {}, mac: MacFiles = {}): RenderedProfile {
  const merged: MacFiles = {
    ...mac,
    folders: [...(MAC.folders ?? []), ...(mac.folders ?? [])],
    files: { ...MAC.files, ...mac.files },
  };
  return renderProfile(seatbeltPlan(changes), SITE, createMacHost(merged));
}

export type Ask = (request: Request) => Evaluation;

/** A rendered profile as a function that answers requests. */
export function askCase(changes: PlanChanges = {}, mac: MacFiles = {}): Ask {
  const rendered = renderCase(changes, mac);
  const rules = readRules(rendered.text);
  const parameters = new Map(rendered.parameters.map(({ name, value }) => [name, value]));
  return (request) => evaluate(rules, request, parameters);
}

/** Both readings of rule precedence must give this. */
export const ALLOW: Evaluation = { byOrder: "allow", bySpecificity: "allow" };
export const DENY: Evaluation = { byOrder: "deny", bySpecificity: "deny" };
