import { renderSource, type WrittenPath } from "../../config/source.ts";
import { type HostPath, hostPath, isInside, parentOf } from "../../core/paths.ts";
import { expandPattern } from "../../policy/expand-pattern.ts";
import { isSettings } from "../../policy/protected-paths.ts";
import { realAsFarAsPossible } from "../../policy/written-paths.ts";
import { type FailedCall, type FailureReason, hasContainer } from "./failure-reason.ts";

/** The path that a text of the output means, if it can be one. A bare word is more often a program or a message. */
function toPath(text: string, { host, plan }: FailedCall): HostPath | undefined {
  if (text.includes("\0")) return undefined;
  const written = text.startsWith("~/") ? `${host.home}/${text.slice(2)}` : text;
  if (!written.startsWith("/") && !/^\.|\//.test(written)) return undefined;
  const path = written.startsWith("/") ? hostPath(written) : hostPath(`${plan.call.cwd}/${written}`);
  return realAsFarAsPossible(host, path);
}

/** The setting that names the path, when it is not one of the built-in lists. */
function ruleOf(
  entries: readonly WrittenPath[],
  path: HostPath,
  { host, plan }: FailedCall,
): string | undefined {
  const found = entries.find(({ value }) =>
    expandPattern(host, value, plan.project.root).some((named) => realAsFarAsPossible(host, named) === path),
  );
  return found && `${JSON.stringify(found.value)} of ${renderSource(found.source)}`;
}

function settingsReason(path: HostPath): FailureReason {
  return {
    code: "write.settings",
    sentence: `${path} decides what runs later, so that no sandboxed command may change it; no setting opens it`,
  };
}

function judgeWrite(path: HostPath, call: FailedCall): FailureReason | undefined {
  const { host, plan, config, engine } = call;
  const { protectedPaths, readable, writable, temporary } = plan.filesystem;
  if (!call.canWrite(path)) return undefined;
  const held = protectedPaths.find((entry) => isInside(path, entry.path) || path === `${entry.path}.lock`);
  if (held !== undefined) {
    if (isSettings(host, path) || isSettings(host, held.path)) return settingsReason(held.path);
    const rule = ruleOf(config["filesystem.denyWrite"], held.path, call);
    return {
      code: "write.protected",
      sentence: `${held.path} stays as it is during sandboxed commands (rule: ${rule ?? "the built-in list of protected paths"}; key: sandhook.filesystem.${rule === undefined ? "allowWrite" : "denyWrite"})`,
      ...(rule === undefined ? { allow: ["write", held.path] } : {}),
    };
  }
  // Beside the project a container has folders of its own, whatever the host has at their paths.
  if (hasContainer(engine)) return undefined;
  const own = [hostPath("/tmp"), hostPath("/dev")];
  const shown = readable.some((folder) => isInside(path, folder) && own.some((top) => isInside(folder, top)));
  const open = [...writable, temporary, ...(shown ? [] : own)];
  if (open.some((folder) => isInside(path, folder))) return undefined;
  if (isSettings(host, path)) return settingsReason(path);
  if (isInside(path, plan.project.root)) {
    const { value, source } = config.profile;
    return {
      code: "write.profile",
      sentence: `the profile ${value} of ${renderSource(source)} lets commands read the project and not write it (key: sandhook.profile)`,
    };
  }
  const folder = host.inspect(path)?.kind === "directory" ? path : parentOf(path);
  return {
    code: "write.outside",
    sentence: `${path} lies outside of the folders that sandboxed commands may write (key: sandhook.filesystem.allowWrite)`,
    ...(folder === host.home || folder === "/" ? {} : { allow: ["write", folder] }),
  };
}

function judgeRead(path: HostPath, call: FailedCall): FailureReason | undefined {
  const { host, plan, config, engine } = call;
  const { hidden, readable, writable } = plan.filesystem;
  // What is not there for anybody, or closed to the user, fails without a sandbox as well.
  if (host.inspect(path) === undefined || !call.canRead(path)) return undefined;
  const cover = hidden.find((entry) => isInside(path, entry.path));
  const mounted = (plan.container.mounts ?? []).map(({ source }) => source);
  const visible = hasContainer(engine) ? [plan.project.root, ...mounted] : readable;
  const shown = [...visible, ...writable].some(
    (folder) => isInside(path, folder) && (cover === undefined || isInside(folder, cover.path)),
  );
  if (shown) return undefined;
  if (cover !== undefined) {
    const rule = ruleOf(config["filesystem.denyRead"], cover.path, call);
    return {
      code: "read.hidden",
      sentence: `${cover.path} is hidden from sandboxed commands (rule: ${rule ?? "the built-in list of places with secrets"}; key: sandhook.filesystem.${rule === undefined ? "allowRead" : "denyRead"})`,
      ...(rule === undefined && !isSettings(host, cover.path) ? { allow: ["read", path] } : {}),
    };
  }
  if (!hasContainer(engine) || !isInside(path, host.home)) return undefined;
  return {
    code: "read.not-mounted",
    sentence: `the project's container has a home folder of its own, without ${path} (key: sandhook.container.mounts)`,
  };
}

/** What the first text that is a path of consequence comes to. */
export function judgeTexts(
  texts: readonly string[],
  access: "write" | "read",
  call: FailedCall,
): FailureReason | undefined {
  const judge = access === "write" ? judgeWrite : judgeRead;
  for (const text of texts) {
    const path = toPath(text, call);
    const reason = path === undefined ? undefined : judge(path, call);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
