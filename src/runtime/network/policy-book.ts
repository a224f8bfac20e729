import { readFileSync, statSync } from "node:fs";
import type { NetworkFolders } from "../../core/network-place.ts";
import { type NetworkPolicy, parseNetworkPolicy } from "../../policy/network/network-policy.ts";
import { parseParentProxy } from "../../policy/network/parse-parent-proxy.ts";
import { parseProxyCommand } from "../../policy/network/parse-proxy-command.ts";
import type { Parent } from "../proxy/egress-types.ts";
import { policyFile, type PolicyRecord } from "./record-policy.ts";

/** What the proxy knows of one project. */
export interface ProjectPolicy {
  readonly policy: NetworkPolicy;
  readonly parent: Parent | undefined;
}

interface Entry {
  /** Inode and time of the file that was read. */
  readonly version: string;
  /** Undefined: the file cannot be used, so nothing is allowed. */
  readonly known: ProjectPolicy | undefined;
}

/** One path component, so that a key can never name another folder. */
const KEY = /^[a-z0-9][a-z0-9-]{0,60}$/;

/** True for a project's key. */
export function isProjectKey(text: unknown): text is string {
  return typeof text === "string" && KEY.test(text);
}

function parseParent(rules: PolicyRecord["rules"]): Parent | undefined {
  if (rules?.proxyCommand !== undefined) return parseProxyCommand(rules.proxyCommand);
  return rules?.parentProxy === undefined ? undefined : parseParentProxy(rules.parentProxy);
}

function parseRecord(text: string): ProjectPolicy {
  const { rules } = JSON.parse(text) as PolicyRecord;
  const mode = rules === undefined ? "none" : "allowlist";
  return { policy: parseNetworkPolicy({ mode, ...rules }), parent: parseParent(rules) };
}

function texts(rules: NetworkPolicy["allowed"]): ReadonlySet<string> {
  return new Set(rules.map(({ text }) => text));
}

function opensAll(wider: boolean | readonly number[], than: boolean | readonly number[]): boolean {
  if (than === false || wider === true) return true;
  return than !== true && wider !== false && than.every((port) => wider.includes(port));
}

/** True when `next` may refuse something that `last` allowed; errs on the side of saying so. */
function narrows(next: NetworkPolicy, last: NetworkPolicy): boolean {
  const [allowed, denied] = [texts(next.allowed), texts(last.denied)];
  return !(
    last.allowed.every(({ text }) => allowed.has(text)) &&
    next.denied.every(({ text }) => denied.has(text)) &&
    last.allowedPorts.every((port) => next.allowedPorts.includes(port)) &&
    opensAll(next.allowLocalhost, last.allowLocalhost)
  );
}

/** The rules of every project, read again whenever their file has changed. */
export class PolicyBook {
  readonly #folders: NetworkFolders;
  readonly #entries = new Map<string, Entry>();
  readonly #onNarrowed: (key: string) => void;

  /** `onNarrowed` hears of projects whose open connections may not be allowed any more. */
  constructor(folders: NetworkFolders, onNarrowed: (key: string) => void) {
    this.#folders = folders;
    this.#onNarrowed = onNarrowed;
  }

  /** The project's policy as it is now; undefined when there is none that can be used. */
  find(key: string): ProjectPolicy | undefined {
    const file = policyFile(this.#folders, key);
    const facts = statSync(file, { throwIfNoEntry: false });
    if (facts === undefined) return this.#keep(key, { version: "", known: undefined });
    const version = `${facts.ino}:${facts.mtimeMs}:${facts.size}`;
    const entry = this.#entries.get(key);
    if (entry?.version === version) return entry.known;
    return this.#keep(key, { version, known: this.#read(file) });
  }

  #read(file: string): ProjectPolicy | undefined {
    try {
      return parseRecord(readFileSync(file, "utf8"));
    } catch {
      return undefined; // Gone, or not usable: no policy, so that every connection is refused.
    }
  }

  #keep(key: string, entry: Entry): ProjectPolicy | undefined {
    const last = this.#entries.get(key)?.known;
    this.#entries.set(key, entry);
    if (last !== undefined && (entry.known === undefined || narrows(entry.known.policy, last.policy)))
      this.#onNarrowed(key);
    return entry.known;
  }
}
