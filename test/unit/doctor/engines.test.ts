import { describe, expect, it } from "vitest";
import { settingsReader } from "../../../src/config/settings-reader.ts";
import type { Host } from "../../../src/core/host.ts";
import { hostPath } from "../../../src/core/paths.ts";
import { disk } from "../../../src/doctor/checks/disk.ts";
import { engines } from "../../../src/doctor/checks/engines.ts";
import type { DoctorContext } from "../../../src/doctor/context.ts";
import type { Fact } from "../../../src/doctor/fact.ts";
import { wordFact } from "../../../src/doctor/wording.ts";
import { managedPlace } from "../../../src/install/managed/place.ts";
import { nodeHost } from "../../../src/host/node-host.ts";
import { locateSite } from "../../../src/runtime/site.ts";
import { makeTempHome, writeFile } from "../../support/temp-home.ts";

interface Machine {
  readonly engine: string;
  /** Texts below /proc/sys. */
  readonly kernel?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly stderr: string;
  readonly free?: number;
}

/** A machine on which every engine is installed and no sandbox starts. */
function brokenMachine({ engine, kernel = {}, uid = 1000, stderr, free = 1e12 }: Machine): DoctorContext {
  const user = makeTempHome();
  writeFile(`${user.home}/.claude/settings.json`, { sandhook: { engine } });
  const real = nodeHost({ HOME: user.home });
  const host: Host = {
    ...real,
    uid,
    platform: "linux",
    arch: "x64",
    findProgram: (name) => hostPath(`/usr/bin/${name}`),
    inspect: (file) => real.inspect(file === "/var/run/docker.sock" ? user.home : file),
    readText: (file) => (file.startsWith("/proc/sys/") ? kernel[file.slice(10)] : real.readText(file)),
  };
  return {
    host,
    site: locateSite(host, hostPath("/nowhere")),
    reader: settingsReader,
    project: hostPath(user.project),
    searchPath: undefined,
    run: () => Promise.resolve({ exitCode: 1, stdout: "", stderr }),
    freeBytes: () => Promise.resolve(free),
    managedPlace: managedPlace("linux", hostPath(user.root)),
    now: 0,
  };
}

async function chosenFact(machine: Machine): Promise<Fact | undefined> {
  const facts = await engines.find(brokenMachine(machine));
  return facts.find((fact) => "chosen" in fact && fact.chosen);
}

const BWRAP = "bwrap: setting up uid map: Permission denied";

describe("the check of engines", () => {
  it.each([
    [
      "bubblewrap",
      BWRAP,
      { "kernel/apparmor_restrict_unprivileged_userns": "1\n" },
      "apparmor-userns",
      "apparmor_parser",
    ],
    [
      "bubblewrap",
      BWRAP,
      { "kernel/unprivileged_userns_clone": "0\n" },
      "userns-off",
      "kernel.unprivileged_userns_clone=1",
    ],
    [
      "bubblewrap",
      "bwrap: No space left on device",
      { "user/max_user_namespaces": "0" },
      "userns-limit",
      "max_user_namespaces",
    ],
    ["bubblewrap", "bwrap: something else", {}, "unknown", "bwrap --unshare-all"],
    [
      "docker",
      "permission denied while trying to connect to the Docker daemon socket",
      {},
      "socket-permission",
      "usermod -aG docker",
    ],
    ["docker", "Cannot connect to the Docker daemon", {}, "daemon-down", "systemctl start docker"],
    ["podman", "cannot find UID/GID for user me: no subuid ranges found", {}, "subuid", "--add-subuids"],
  ] as const)("tells why %s does not start: %s", async (...[engine, stderr, kernel, blocker, remedy]) => {
    const fact = await chosenFact({ engine, kernel, stderr });
    expect(fact).toMatchObject({ kind: "engine.blocked", engine, blocker, reason: stderr });
    if (fact === undefined) throw new Error("no fact");
    expect(wordFact(fact)).toMatchObject({
      level: "error",
      remedy: expect.stringContaining(remedy) as string,
    });
  });

  it("names an image that is not here yet", async () => {
    const machine = brokenMachine({ engine: "docker", stderr: "" });
    writeFile(`${machine.host.home}/.claude/settings.json`, {
      sandhook: { engine: "docker", container: { image: "example.invalid/x:1" } },
    });
    const run: DoctorContext["run"] = (_, args) =>
      Promise.resolve({ exitCode: args[0] === "image" ? 1 : 0, stdout: "", stderr: "" });
    expect(await engines.find({ ...machine, run })).toContainEqual({
      kind: "image.missing",
      engine: "docker",
      image: "example.invalid/x:1",
    });
  });

  it("takes an engine that nobody chose for a note", async () => {
    const facts = await engines.find(brokenMachine({ engine: "docker", stderr: "no" }));
    const others = facts
      .filter((fact) => "chosen" in fact && !fact.chosen)
      .map((fact) => wordFact(fact).level);
    expect(new Set(others)).toEqual(new Set(["note"]));
  });
});

describe("the check of the disk", () => {
  it.each([
    [1e12, []],
    [100 * 1024 * 1024, ["warning"]],
    [1024, ["error"]],
  ])("judges %d free bytes", async (free, levels) => {
    const facts = await disk.find(brokenMachine({ engine: "docker", stderr: "", free }));
    expect(facts.map((fact) => wordFact(fact).level)).toEqual(levels);
  });
});
