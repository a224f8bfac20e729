import { isSandboxError } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import { hostPath } from "../../core/paths.ts";
import type { EngineName } from "../../core/plan.ts";
import { chooseEngine, findEngine } from "../../engine/choose.ts";
import { trialArguments } from "../../engine/trial.ts";
import { resolveProject } from "../../pipeline.ts";
import type { Check, DoctorContext } from "../context.ts";
import type { Blocker, Fact } from "../fact.ts";

const NAMES: readonly EngineName[] = ["bubblewrap", "docker", "podman", "seatbelt"];

function setting(host: Host, name: string): string | undefined {
  return host.readText(hostPath(`/proc/sys/${name}`))?.trim();
}

/** Why user namespaces, or the daemon, are out of reach. */
function findBlocker(host: Host, engine: EngineName, reason: string): Blocker {
  if (engine === "docker") return /permission denied/i.test(reason) ? "socket-permission" : "daemon-down";
  if (engine === "podman" && /sub[ug]id|newuidmap|newgidmap/.test(reason)) return "subuid";
  if (setting(host, "kernel/unprivileged_userns_clone") === "0") return "userns-off";
  if (setting(host, "user/max_user_namespaces") === "0") return "userns-limit";
  if (setting(host, "kernel/apparmor_restrict_unprivileged_userns") === "1") return "apparmor-userns";
  return "unknown";
}

/** The engine that would run this project's commands; undefined when config cannot be used or none is there. */
function chosenEngine({ host, project, reader }: DoctorContext): EngineName | undefined {
  try {
    const { config } = resolveProject(host, project, reader);
    const wanted = config.engine.value;
    if (wanted !== "auto") return wanted;
    return chooseEngine(config, host).name;
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    return error.code === "engine.unavailable"
      ? host.platform === "darwin"
        ? "seatbelt"
        : "bubblewrap"
      : undefined;
  }
}

async function tryEngine(context: DoctorContext, engine: EngineName, chosen: boolean): Promise<Fact> {
  const { host, run } = context;
  const probe = findEngine(engine)?.probe(host);
  if (probe?.kind !== "available") {
    const { reasons, hint } = probe ?? {
      reasons: ["not part of this version"],
      hint: "Choose another engine.",
    };
    return { kind: "engine.absent", engine, chosen, reasons, hint };
  }
  const { exitCode, stdout, stderr } = await run(probe.program, trialArguments(engine, host));
  if (exitCode === 0) return { kind: "engine.works", engine, chosen };
  const reason = (stderr.trim() || stdout.trim() || `exit code ${exitCode}`).split("\n")[0] ?? "";
  return { kind: "engine.blocked", engine, chosen, blocker: findBlocker(host, engine, reason), reason };
}

async function findImage(context: DoctorContext, engine: EngineName | undefined): Promise<readonly Fact[]> {
  if (engine !== "docker" && engine !== "podman") return [];
  const { config } = resolveProject(context.host, context.project, context.reader);
  const image = imageOf(config);
  const program = context.host.findProgram(engine);
  if (image === undefined || program === undefined) return [];
  const { exitCode } = await context.run(program, ["image", "inspect", image]);
  return exitCode === 0 ? [] : [{ kind: "image.missing", engine, image }];
}

function imageOf(config: ReturnType<typeof resolveProject>["config"]): string | undefined {
  return config["container.image"].value;
}

/** Which engines start a sandbox on this machine, by starting one. */
export const engines: Check = {
  name: "engines",
  async find(context) {
    const chosen = chosenEngine(context);
    const facts = await Promise.all(NAMES.map((name) => tryEngine(context, name, name === chosen)));
    const works = facts.some((fact) => fact.kind === "engine.works" && fact.chosen);
    return works ? [...facts, ...(await findImage(context, chosen))] : facts;
  },
};
