import { spawn } from "node:child_process";
import path from "node:path";
import type { AuditRecord } from "../../src/core/audit.ts";
import { asUser, type Ground } from "../engines/ground.ts";

/** How a command of ours ended. */
export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `sandhook` as the ground's user. */
export function sandhook(ground: Ground, words: readonly string[], search = "/usr/bin:/bin"): Promise<Said> {
  const program = path.join(ground.home, ".local/share/sandhook/current/sandhook.mjs");
  const env = [`HOME=${ground.home}`, `PATH=${search}`];
  const [file = "", ...args] = asUser(ground, [
    ...["/usr/bin/env", "-i", ...env, process.execPath, program],
    ...words,
  ]);
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: ground.project });
    let [out, err] = ["", ""];
    child.stdout.on("data", (text: Buffer) => (out += text.toString()));
    child.stderr.on("data", (text: Buffer) => (err += text.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, out, err });
    });
  });
}

/** The audit record, with what waited for its place. */
export async function records(ground: Ground, ...filters: readonly string[]): Promise<AuditRecord[]> {
  const { out } = await sandhook(ground, ["audit", "--json", ...filters]);
  const lines = out.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as AuditRecord);
}
