import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { settingsReader } from "../../src/config/settings-reader.ts";
import type { Host } from "../../src/core/host.ts";
import { hostPath } from "../../src/core/paths.ts";
import { hooks } from "../../src/doctor/checks/hooks.ts";
import { managed } from "../../src/doctor/checks/managed.ts";
import { plugin } from "../../src/doctor/checks/plugin.ts";
import { proxy } from "../../src/doctor/checks/proxy.ts";
import type { Check, DoctorContext } from "../../src/doctor/context.ts";
import { wordFact } from "../../src/doctor/wording.ts";
import { nodeHost } from "../../src/host/node-host.ts";
import { install } from "../../src/install/install.ts";
import { installManaged } from "../../src/install/managed/install-managed.ts";
import { managedPlace, onDisk } from "../../src/install/managed/place.ts";
import { readStart } from "../../src/runtime/network/process-identity.ts";
import { locateSite } from "../../src/runtime/site.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";
import { installOptions, makeProduct } from "./fake-product.ts";

const silent = (): void => undefined;

/** The check's context of a user whose machine has these files besides. */
function contextOf(user: TempHome, files: Readonly<Record<string, unknown>> = {}): DoctorContext {
  const real = nodeHost({ HOME: user.home });
  const host: Host = {
    ...real,
    platform: "linux",
    readText: (file) => (file in files ? JSON.stringify(files[file]) : real.readText(file)),
  };
  return {
    host,
    site: locateSite(host, hostPath("/nowhere")),
    reader: settingsReader,
    project: hostPath(user.project),
    searchPath: undefined,
    run: () => Promise.resolve({ exitCode: 127, stdout: "", stderr: "" }),
    freeBytes: () => Promise.resolve(1e12),
    managedPlace: managedPlace("linux", hostPath(path.join(user.root, "machine"))),
    now: 0,
  };
}

async function find(check: Check, context: DoctorContext): Promise<readonly (readonly [string, string])[]> {
  const facts = await check.find(context);
  return facts.map((fact) => {
    const { level, message, remedy } = wordFact(fact);
    if (level !== "ok") expect(remedy).toMatch(/\S/);
    expect(message).toMatch(/\S/);
    return [level, fact.kind] as const;
  });
}

const userFile = (user: TempHome): string => path.join(user.home, ".claude/settings.json");

describe("the check of an organisation's installation", () => {
  it("finds an intact one, and each change of it", async () => {
    const user = makeTempHome();
    mkdirSync(path.join(user.root, "machine"));
    const context = contextOf(user);
    expect(await find(managed, context)).toEqual([]);
    const policy = {
      onlyManagedHooks: true,
      requiredVersion: undefined,
      keepVariables: [],
      engine: undefined,
    };
    const place = context.managedPlace;
    const options = { place, policy, source: makeProduct(user), node: process.execPath, runtimeOnly: false };
    await installManaged(options, silent);
    expect(await find(managed, context)).toEqual([["ok", "managed.intact"]]);
    const file = onDisk(place, place.dropIn);
    writeFileSync(file, readFileSync(file, "utf8").replace(/"PreToolUse"/, '"PostToolUse"'));
    expect(await find(managed, context)).toEqual([["error", "managed.altered"]]);
  });

  it("finds that it lets no hook of a user run", async () => {
    const user = makeTempHome();
    const only = { "/etc/claude-code/managed-settings.json": { allowManagedHooksOnly: true } };
    expect(await find(managed, contextOf(user, only))).toEqual([["error", "managed.excludes"]]);
  });
});

describe("the check of the plugin", () => {
  it("finds it alone, beside an installation, and switched off by a stronger file", async () => {
    const user = makeTempHome();
    writeFile(userFile(user), { enabledPlugins: { "sandhook@sandhook": true } });
    expect(await find(plugin, contextOf(user))).toEqual([["note", "plugin.alone"]]);
    expect(await find(hooks, contextOf(user))).toEqual([]);
    await install(installOptions(user), silent);
    expect(await find(plugin, contextOf(user))).toEqual([["warning", "plugin.twice"]]);
    writeFile(path.join(user.project, ".claude/settings.json"), {
      enabledPlugins: { "sandhook@sandhook": false },
    });
    expect(await find(plugin, contextOf(user))).toEqual([]);
  });
});

describe("the check of the network's proxy", () => {
  it("finds one that does not answer, and nothing of one that has ended", async () => {
    const user = makeTempHome();
    const run = path.join(user.home, ".local/share/sandhook/network/1");
    writeFile(path.join(run, "proxy"), `${process.pid} ${readStart(process.pid) ?? ""}\n`);
    expect(await find(proxy, contextOf(user))).toEqual([["warning", "proxy.silent"]]);
    writeFileSync(path.join(run, "proxy"), `${process.pid} 1\n`);
    expect(await find(proxy, contextOf(user))).toEqual([]);
  });

  it("finds what connections are to go through and is not there", async () => {
    const user = makeTempHome();
    const use = (network: object): void => {
      writeFile(userFile(user), { sandhook: { network: { mode: "allowlist", ...network } } });
    };
    use({ proxyCommand: ["/nowhere/connect", "%h", "%p"] });
    expect(await find(proxy, contextOf(user))).toEqual([["error", "proxy.command"]]);
    use({ proxyCommand: ["/bin/sh", "%h", "%p"] });
    expect(await find(proxy, contextOf(user))).toEqual([]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    use({ parentProxy: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    expect(await find(proxy, contextOf(user))).toEqual([]);
    await new Promise((resolve) => server.close(resolve));
    expect(await find(proxy, contextOf(user))).toEqual([["warning", "proxy.parent"]]);
  });
});
