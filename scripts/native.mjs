// Builds the static helper of native/ for the platforms that this machine has a compiler for. Without one the product
// is built without a helper, and the Node hook is used.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";

const MACHINES = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };

const COMMON = [
  ...["-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wconversion", "-Wno-sign-conversion"],
  // The same bytes from the same compiler, wherever the sources lie.
  `-ffile-prefix-map=${path.resolve("native")}=native`,
];
const RELEASE = [
  ...["-Os", "-static-pie", "-fPIE", "-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"],
  ...["-ffunction-sections", "-Wl,-z,relro,-z,now,--build-id=none,--gc-sections", "-s"],
];
const SANITIZED = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

const sources = () =>
  readdirSync("native")
    .filter((name) => name.endsWith(".c"))
    .sort()
    .map((name) => `native/${name}`);

/** The compiler for an architecture, or undefined. */
function compilerFor(arch) {
  const machine = MACHINES[arch];
  return [`${machine}-gcc`, "gcc", "cc"].find((name) => {
    const { status, stdout } = spawnSync(name, ["-dumpmachine"], { encoding: "utf8" });
    return status === 0 && stdout.startsWith(machine.split("-")[0]) && stdout.includes("linux");
  });
}

function compile(compiler, flags, outfile) {
  const { status, stderr } = spawnSync(compiler, [...COMMON, ...flags, "-o", outfile, ...sources()], {
    encoding: "utf8",
  });
  return status === 0 ? undefined : stderr.trim();
}

/** Writes `<folder>/helper-linux-<arch>` for what can be built here; gives what was built, and why something was not. */
export function buildHelpers(folder) {
  const built = [];
  const skipped = [];
  for (const arch of Object.keys(MACHINES)) {
    const compiler = compilerFor(arch);
    const outfile = `${folder}/helper-linux-${arch}`;
    const reason = compiler === undefined ? "no compiler" : compile(compiler, RELEASE, outfile);
    if (reason === undefined) built.push(outfile);
    else skipped.push(`${arch}: ${reason}`);
    if (reason !== undefined) rmSync(outfile, { force: true });
  }
  return { built, skipped };
}

/** Whether a helper for this machine can be built here. */
export const canBuildHelper = () => process.platform === "linux" && compilerFor(process.arch) !== undefined;

/**
 * Builds a helper for a test into a folder of its own: with address and undefined-behaviour sanitizers, or one that
 * waits a minute for its answer, on a machine that is busy. Throws where it cannot be built.
 */
export function buildTestHelper(folder, { sanitized = false, budgetMs = 60_000 } = {}) {
  const compiler = compilerFor(process.arch);
  if (compiler === undefined) throw new Error("there is no compiler for the helper");
  const outfile = path.join(folder, "helper");
  const flags = [...(sanitized ? SANITIZED : RELEASE), `-DBUDGET_MS=${budgetMs}`];
  const reason = compile(compiler, flags, outfile);
  if (reason !== undefined) throw new Error(reason);
  return outfile;
}
