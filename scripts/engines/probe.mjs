import { dockerAnswers } from "./dockerd.mjs";
import { probeHost } from "./host.mjs";
import { rootlessPodman } from "./podman.mjs";
import { run } from "./run.mjs";
import { IMAGE } from "./state.mjs";

/**
 * Every engine with { available, applicable, reasons }, found out by running something in it; changes nothing. An
 * engine that is not applicable does not exist for this operating system. Rootless podman comes with the command and
 * the variables that call it as the test user.
 */
export function probeEngines(platform = process.platform) {
  const only = (system, probe) => (platform === system ? outcome(probe()) : notApplicable(system));
  return {
    bubblewrap: only("linux", probeBubblewrap),
    docker: only(
      "linux",
      () => installed("docker") ?? failure(dockerAnswers()) ?? probeContainer(["docker"]),
    ),
    podman: only("linux", () => installed("podman") ?? probeContainer(["podman"])),
    "podman-rootless": { ...only("linux", probeRootless), ...rootlessCommand(platform) },
    seatbelt: only("darwin", () =>
      failure(run(["sandbox-exec", "-p", "(version 1)(allow default)", "true"])),
    ),
  };
}

function probeRootless() {
  const missing = installed("podman");
  if (missing !== undefined) return missing;
  const rootless = rootlessPodman();
  return rootless === undefined ? "there is no test user" : probeContainer(rootless.command, rootless.env);
}

function rootlessCommand(platform) {
  const rootless = platform === "linux" ? rootlessPodman() : undefined;
  return rootless === undefined ? {} : { command: rootless.command, env: rootless.env };
}

function probeBubblewrap() {
  const trial = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"];
  return installed("bwrap") ?? failure(run(trial));
}

/** Starting a container says more than asking the engine how it feels. */
function probeContainer(client, env) {
  const present = run([...client, "image", "inspect", IMAGE], { env });
  if (!present.ok) return `the image ${IMAGE} is not seen (${present.reason})`;
  return failure(run([...client, "run", "--rm", "--network=none", IMAGE, "true"], { env, timeout: 60_000 }));
}

function installed(program) {
  const found = (process.env.PATH ?? "")
    .split(":")
    .some((folder) => run(["test", "-x", `${folder}/${program}`]).ok);
  return found ? undefined : `${program} is not installed`;
}

function failure(result) {
  return result.ok ? undefined : result.reason;
}

function outcome(reason) {
  if (reason === undefined) return { available: true, applicable: true, reasons: [] };
  const host = probeHost();
  const reasons = host.kind === "ours" ? [reason] : [reason, host.reason];
  return { available: false, applicable: true, reasons };
}

function notApplicable(system) {
  return { available: false, applicable: false, reasons: [`exists on ${system} only`] };
}
