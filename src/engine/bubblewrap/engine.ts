import type { Engine, Invocation, Probe, Site, Support } from "../../core/engine.ts";
import { EngineError } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import { networkFolders } from "../../core/network-place.ts";
import { hostPath, joinHost } from "../../core/paths.ts";
import { type Plan, placeOf } from "../../core/plan.ts";
import { readPlacing } from "../mount-table.ts";
import { planMounts } from "../mounts.ts";
import { bubblewrapArguments, plannedMounts } from "./arguments.ts";
import { visibleSockets } from "./visible-sockets.ts";

const SECCOMP_FILES: Readonly<Record<string, string>> = {
  x64: "seccomp-x64.bpf",
  arm64: "seccomp-arm64.bpf",
};

function probe(host: Host): Probe {
  if (host.platform !== "linux") {
    return {
      kind: "unavailable",
      reasons: ["bubblewrap runs on Linux only"],
      hint: "On macOS use the engine seatbelt.",
    };
  }
  const reasons: string[] = [];
  const program = host.findProgram("bwrap");
  if (program === undefined) reasons.push("the program bwrap is not installed");
  if (SECCOMP_FILES[host.arch] === undefined) reasons.push(`there is no system call filter for ${host.arch}`);
  if (program === undefined || reasons.length > 0) {
    return { kind: "unavailable", reasons, hint: "Type: sudo apt-get install bubblewrap" };
  }
  return { kind: "available", program, notes: [] };
}

function supports(plan: Plan): Support {
  const missing: string[] = [];
  if (plan.limits.memoryBytes !== undefined) missing.push("memory limit");
  if (plan.limits.cpus !== undefined) missing.push("cpu limit");
  if (plan.limits.pids !== undefined) missing.push("process limit");
  return missing.length === 0 ? { kind: "full" } : { kind: "partial", missing };
}

/** Behind the proxy, the runner enters the project's network first. */
function renderRun(plan: Plan, site: Site, host: Host, words: readonly string[]): readonly string[] {
  if (plan.network.mode !== "allowlist") return ["run_bubblewrap", ...words];
  const enter = host.findProgram("nsenter");
  if (enter === undefined) {
    throw new EngineError({
      code: "network.no-nsenter",
      message:
        "the program nsenter is not installed, without which no command can be given the proxy's network",
      hint: "Type: sudo apt-get install util-linux. Or set sandhook.network to none.",
    });
  }
  return ["run_bubblewrap_proxied", networkFolders(site, host).run, placeOf(plan.project), enter, ...words];
}

function render(plan: Plan, site: Site, host: Host): Invocation {
  const program = host.findProgram("bwrap") ?? hostPath("/usr/bin/bwrap");
  const placeholders = plan.filesystem.protectedPaths
    .filter(({ kind }) => kind === "missing")
    .flatMap(({ path, placeholder }) =>
      placeholder === undefined ? ["folder", path] : ["file", path, placeholder],
    );
  const lock = joinHost(site.state, "locks", plan.project.key);
  const filter = SECCOMP_FILES[host.arch] ?? "seccomp-unknown.bpf";
  const mounts = planMounts(plan.filesystem);
  const sockets = visibleSockets(plan, mounts, host);
  return {
    engine: "bubblewrap",
    steps: [
      ...(placeholders.length === 0 ? [] : [["hold_placeholders", lock, ...placeholders]]),
      ...(sockets.length === 0 ? [] : [["hide_sockets", ...sockets]]),
      renderRun(plan, site, host, [filter, program, "--args", "7"]),
    ],
    files: [
      {
        name: "arguments",
        content: bubblewrapArguments(plan, mounts, site, host.realPath("/etc/resolv.conf"))
          .map((argument) => `${argument}\0`)
          .join(""),
      },
      {
        name: "mounts",
        content: plannedMounts(plan, mounts, readPlacing(host))
          .map((line) => `${line}\n`)
          .join(""),
      },
    ],
  };
}

/** Linux without a daemon: one bubblewrap sandbox per command. */
export const bubblewrap: Engine = { name: "bubblewrap", probe, supports, render };
