import path from "node:path";
import { renderSource, type WrittenPath } from "../../config/source.ts";
import { type HostPath, hostPath, isInside, joinHost } from "../../core/paths.ts";
import type { ToolDecision, ToolObjection, ToolTarget } from "../../core/tool-use.ts";
import { expandPattern } from "../expand-pattern.ts";
import { isSettings } from "../protected-paths.ts";
import { realAsFarAsPossible } from "../written-paths.ts";
import { type Access, type AccessMap, type AccessRequest, planAccess } from "./access-map.ts";
import { locateTarget } from "./locate-target.ts";
import { shorten, typed } from "./typed-allowance.ts";

type FileTarget = Exclude<ToolTarget, { kind: "fetch" }>;

const PASS: ToolDecision = { kind: "pass", code: "file.inside", reason: "inside the filesystem policy" };

function refusal(detail: Omit<ToolObjection, "kind">): ToolObjection {
  return { kind: "refuse", ...detail };
}

/** The entry of a list that names a place, whoever wrote it. */
function entryFor(
  list: readonly WrittenPath[],
  place: HostPath,
  { host, root }: AccessRequest,
): WrittenPath | undefined {
  return list.find(({ value }) =>
    expandPattern(host, value, root).some((named) => isInside(place, realAsFarAsPossible(host, named))),
  );
}

function denialText(key: string, { value, source }: WrittenPath): string {
  return `${key} ${JSON.stringify(value)} of ${renderSource(source)}`;
}

const KERNEL = "/proc and /dev show other processes and devices. Commands have their own: use the Bash tool.";

function refuseHidden({ by }: Access, place: HostPath, request: AccessRequest): ToolObjection {
  const key = "filesystem.allowRead";
  const shown = shorten(by, request);
  if (by === "/proc" || by === "/dev")
    return refusal({
      code: "file.kernel",
      reason: `${place} is a view of the kernel`,
      rule: by,
      key: undefined,
      change: KERNEL,
    });
  const denial = entryFor(request.config["filesystem.denyRead"], by, request);
  const change = `To show it, a person adds ${JSON.stringify(shown)} to sandhook.${key} in the user settings.`;
  if (denial === undefined)
    return refusal({
      code: "file.secret",
      reason: `${shorten(place, request)} may hold secrets`,
      rule: `secret ${shown}`,
      key,
      change,
      ...typed("read", by, request),
    });
  const rule = denialText("filesystem.denyRead", denial);
  return refusal({
    code: "file.denied",
    reason: `${shorten(place, request)} is hidden`,
    rule,
    key: "filesystem.denyRead",
    change: "A person can take the entry out.",
  });
}

function refuseUnlisted(place: HostPath, request: AccessRequest): ToolObjection {
  const { config } = request;
  return refusal({
    code: "file.unlisted",
    reason: `${shorten(place, request)} is not among the folders that can be read`,
    rule: `profile ${config.profile.value} (${renderSource(config.reads.source)})`,
    key: "filesystem.allowRead",
    change: `To show it, a person adds ${JSON.stringify(shorten(place, request))} to sandhook.filesystem.allowRead in the user settings.`,
    ...typed("read", place, request),
  });
}

function refuseProtected({ by }: Access, place: HostPath, request: AccessRequest): ToolObjection {
  const denial = entryFor(request.config["filesystem.denyWrite"], by, request);
  const reason = `${shorten(place, request)} must stay as it is`;
  if (denial !== undefined)
    return refusal({
      code: "file.denied",
      reason,
      rule: denialText("filesystem.denyWrite", denial),
      key: "filesystem.denyWrite",
      change: "A person can take the entry out.",
    });
  const rule = `protected path ${shorten(by, request)}, which decides what runs outside the sandbox`;
  // Of a folder with settings in it, only a part can be opened.
  const [name = ""] = place.slice(by.length + 1).split("/");
  const part = isSettings(request.host, by) && name !== "" ? joinHost(by, name) : by;
  if (isSettings(request.host, part))
    return refusal({
      code: "file.settings",
      reason,
      rule,
      key: undefined,
      change: "No setting opens it; a person edits it by hand.",
    });
  return refusal({
    code: "file.protected",
    reason,
    rule,
    key: "filesystem.allowWrite",
    change: `To open it, a person adds ${JSON.stringify(shorten(part, request))} to sandhook.filesystem.allowWrite in the user settings.`,
    ...typed("write", part, request),
  });
}

/** Outside every writable folder: a person decides, unless the policy has said already that nothing is written. */
function objectOutside(place: HostPath, request: AccessRequest): ToolObjection {
  const { config, root, temporary } = request;
  const shown = shorten(place, request);
  const base = { reason: `${shown} is outside of what can be written`, key: "filesystem.allowWrite" };
  if (config.workspace.value === "read-only")
    return refusal({
      ...base,
      code: "file.read-only",
      rule: `profile ${config.profile.value} (${renderSource(config.workspace.source)})`,
      key: "profile",
      change: "A person can choose another profile, or leave plan mode.",
    });
  const rule = `writable are ${shorten(root, request)} and sandhook.filesystem.allowWrite`;
  if (isInside(place, "/tmp") || isInside(place, "/private/tmp"))
    return refusal({
      ...base,
      code: "file.shared-tmp",
      rule,
      change: `Commands do not share this machine's /tmp; write below ${temporary}, which is TMPDIR for them.`,
    });
  const folder = hostPath(path.posix.dirname(place));
  return {
    kind: "ask",
    ...base,
    code: "file.outside",
    rule,
    change: `To open it for good, a person adds ${JSON.stringify(shorten(folder, request))} to sandhook.filesystem.allowWrite in the user settings.`,
    ...typed("write", folder, request),
  };
}

function judgeReading(access: AccessMap, place: HostPath, request: AccessRequest): ToolDecision {
  const found = access.reading(place);
  if (found.view === "hidden") return refuseHidden(found, place, request);
  return found.view === "unlisted" ? refuseUnlisted(place, request) : PASS;
}

function judgeWriting(access: AccessMap, place: HostPath, request: AccessRequest): ToolDecision {
  const found = access.writing(place);
  switch (found.view) {
    case "hidden":
      return refuseHidden(found, place, request);
    case "protected":
      return refuseProtected(found, place, request);
    case "writable":
      return PASS;
    case "readable":
    case "unlisted":
      return objectOutside(place, request);
  }
}

/** A search reads every file below its folder. */
function judgeSearch(access: AccessMap, place: HostPath, request: AccessRequest): ToolDecision {
  const own = judgeReading(access, place, request);
  const below = own.kind === "pass" ? access.hiddenBelow(place) : undefined;
  if (below === undefined) return own;
  const { rule } = refuseHidden({ view: "hidden", by: below }, below, request);
  return refusal({
    code: "file.search-too-wide",
    reason: `the search would read ${shorten(below, request)}, which is hidden`,
    rule,
    key: "filesystem.allowRead",
    change: "Search a narrower folder, or search with the Bash tool (grep -rn): there it is hidden.",
  });
}

/** Where a pattern of names starts, as text, and what follows from the first wildcard on. */
function splitPattern(pattern: string): { readonly base: string; readonly rest: string } {
  const parts = pattern.split("/");
  const wild = parts.findIndex((part) => /[*?[\]{}!()]/.test(part));
  const end = wild === -1 ? parts.length : wild;
  return { base: parts.slice(0, end).join("/"), rest: parts.slice(end).join("/") };
}

/** Severest first. */
function severest(decisions: readonly ToolDecision[]): ToolDecision {
  return (
    decisions.find(({ kind }) => kind === "refuse") ?? decisions.find(({ kind }) => kind === "ask") ?? PASS
  );
}

function decidePath(kind: FileTarget["kind"], written: string, request: AccessRequest): ToolDecision {
  const located = locateTarget(request.host, written, request.cwd);
  if (located.kind === "impossible")
    return refusal({
      code: "file.impossible",
      reason: located.reason,
      rule: "paths of this machine",
      key: undefined,
      change: "Correct the path.",
    });
  const { places, dangling } = located;
  if (kind === "write" && dangling !== undefined)
    return refusal({
      code: "file.dangling-link",
      reason: `${dangling} is a symbolic link to something that does not exist`,
      rule: "nothing is created through a link",
      key: undefined,
      change: "Write to the path that is meant.",
    });
  const access = planAccess(request);
  const judge = { write: judgeWriting, search: judgeSearch, read: judgeReading, list: judgeReading }[kind];
  return severest(places.map((place) => judge(access, place, request)));
}

/**
 * What the filesystem policy of commands says about one call of a file tool. Pure: the machine is seen through the host.
 * A path with several readings is allowed when all of them are.
 */
export function decideFileTool(target: FileTarget, request: AccessRequest): ToolDecision {
  const own = decidePath(target.kind, target.path, request);
  if (target.kind !== "list" || target.pattern === undefined) return own;
  const { base, rest } = splitPattern(target.pattern);
  if (/(?:^|[/{,])\.\.(?:[/},]|$)/.test(rest))
    return refusal({
      code: "file.pattern",
      reason: `the pattern ${JSON.stringify(target.pattern)} leads out of its folder behind a wildcard`,
      rule: "a pattern goes down only",
      key: undefined,
      change: "Name the folder in `path`.",
    });
  if (base === "" && !target.pattern.startsWith("/")) return own;
  const from = /^[/~]/.test(target.pattern) ? `${base}/` : `${target.path}/${base}`;
  return severest([own, decidePath("list", from, request)]);
}
