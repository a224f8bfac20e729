import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Site } from "../../src/core/engine.ts";
import type { FileKind, Host } from "../../src/core/host.ts";
import { hostPath } from "../../src/core/paths.ts";

/** A Mac described by its files, for rendering on any machine. */
export interface MacFiles {
  readonly folders?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly home?: string;
}

const REPOSITORY = path.resolve(import.meta.dirname, "../..");

export const SITE: Site = {
  libexec: hostPath("/usr/local/lib/sandhook/libexec"),
  profiles: hostPath("/usr/local/lib/sandhook/profiles"),
  state: hostPath("/Users/dana/.local/state/sandhook"),
  temporary: hostPath("/Users/dana/Library/Caches/sandhook/tmp"),
};

/** The profile modules are the real ones of the repository. */
function installedFile(file: string): string | undefined {
  if (!file.startsWith(`${SITE.profiles}/`)) return undefined;
  const real = path.join(REPOSITORY, "profiles", file.slice(SITE.profiles.length + 1));
  return existsSync(real) ? readFileSync(real, "utf8") : undefined;
}

export function moduleNames(): readonly string[] {
  return readdirSync(path.join(REPOSITORY, "profiles/seatbelt")).filter((name) => name.endsWith(".sb"));
}

export function createMacHost(mac: MacFiles = {}): Host {
  const { folders = [], files = {}, links = {}, home = "/Users/dana" } = mac;
  const kindOf = (file: string): FileKind | undefined => {
    if (Object.hasOwn(links, file)) return "symlink";
    if (Object.hasOwn(files, file) || file === "/usr/bin/sandbox-exec") return "file";
    if (file === "/") return "directory";
    return [home, ...folders].some((folder) => folder === file || folder.startsWith(`${file}/`))
      ? "directory"
      : undefined;
  };
  return {
    platform: "darwin",
    arch: "arm64",
    uid: 501,
    gid: 20,
    home: hostPath(home),
    claudeDir: hostPath(`${home}/.claude`),
    readText: (file) => files[file] ?? installedFile(file),
    inspect(file) {
      const kind = kindOf(file);
      return kind === undefined ? undefined : { kind, size: 0, identity: "1:1", uid: 501, mode: 0o755 };
    },
    realPath(file) {
      const link = Object.keys(links).find((name) => file === name || file.startsWith(`${name}/`));
      if (link !== undefined) return hostPath(`${links[link] ?? ""}${file.slice(link.length)}`);
      return kindOf(file) === undefined ? undefined : hostPath(file);
    },
    list: () => [],
    findProgram: () => undefined,
    digest: (text) => createHash("sha256").update(text).digest("hex"),
  };
}
