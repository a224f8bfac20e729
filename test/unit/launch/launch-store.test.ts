import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { settingsReader } from "../../../src/config/settings-reader.ts";
import { hostPath } from "../../../src/core/paths.ts";
import {
  canBindLaunch,
  findLaunch,
  type LaunchFiles,
  prepareLaunch,
  recordLaunch,
} from "../../../src/runtime/launch-store.ts";
import { readProcess } from "../../../src/runtime/network/process-identity.ts";
import { makeTempHome } from "../../support/temp-home.ts";

const OPTIONS = { sandhook: { enabled: true, profile: "strict" }, permissions: undefined } as const;

function bound(pid: number): { readonly state: ReturnType<typeof hostPath>; readonly files: LaunchFiles } {
  const state = hostPath(makeTempHome().root);
  const files = prepareLaunch(state, pid);
  recordLaunch(files, OPTIONS);
  return { state, files };
}

const find = (state: ReturnType<typeof hostPath>): unknown => findLaunch(state, settingsReader)?.sandhook;

/** Linux only: what is tested is the binding by /proc. */
describe.runIf(canBindLaunch(process.pid))("the options of a session", () => {
  it("are found by the process they are bound to and by its descendants, and are private", () => {
    const parent = readProcess(process.pid)?.parent ?? 0;
    const { state, files } = bound(parent);
    expect(find(state)).toEqual(OPTIONS.sandhook);
    expect(statSync(files.record).mode & 0o777).toBe(0o600);
    expect(statSync(join(state, "launches")).mode & 0o777).toBe(0o700);
  });

  it("of the nearest ancestor win", () => {
    const { state } = bound(readProcess(process.pid)?.parent ?? 0);
    recordLaunch(prepareLaunch(state, process.pid), { sandhook: { enabled: false }, permissions: undefined });
    expect(find(state)).toEqual({ enabled: false });
  });

  it("are nobody's when the process is another, of another time, or of another boot", () => {
    const { state, files } = bound(process.pid);
    const text = readFileSync(files.record, "utf8");
    writeFileSync(files.record, text.replace(/"boot": "[^"]*"/, '"boot": "another"'));
    expect(find(state)).toBeUndefined();
    const other = hostPath(makeTempHome().root);
    prepareLaunch(other, process.pid);
    writeFileSync(join(other, "launches", `${process.pid}-1.json`), text);
    writeFileSync(join(other, "launches", "1-1.json"), text);
    expect(find(other)).toBeUndefined();
    expect(find(hostPath(makeTempHome().root))).toBeUndefined();
  });

  it("refuse when they are there and cannot be read", () => {
    const { state, files } = bound(process.pid);
    for (const text of ["", "{", "[]", '{"sandhook":{}}']) {
      writeFileSync(files.record, text);
      expect(() => find(state), text).toThrow(/the options of this session cannot be read/);
    }
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    writeFileSync(files.record, JSON.stringify({ boot, sandhook: { enabeld: false } }));
    expect(() => find(state)).toThrow(/unknown key "enabeld"/);
  });

  it("are swept when their process is gone", () => {
    const ended = spawnSync("true").pid;
    const { state } = bound(process.pid);
    writeFileSync(join(state, "launches", `${ended}-12.json`), "{}");
    prepareLaunch(state, process.pid);
    expect(readdirSync(join(state, "launches"))).toHaveLength(1);
  });
});
