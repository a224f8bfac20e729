import { homedir } from "node:os";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/** The machine-wide cache of the test ground: one base tree, one daemon, whatever checkout asks. */
export const STATE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sandhook-test");

export const IMAGE = "docker.io/library/debian:bookworm-slim";
export const TEST_USER = "sandhook-test";

export function ensureState() {
  mkdirSync(STATE, { recursive: true, mode: 0o700 });
  return STATE;
}

/** The id in a pid file when that process is alive and still the program we started; else undefined. */
export function readLivePid(file, program) {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    return Number.isInteger(pid) && pid > 1 && name === program ? pid : undefined;
  } catch {
    return undefined;
  }
}

export function forget(file) {
  rmSync(file, { force: true });
}
