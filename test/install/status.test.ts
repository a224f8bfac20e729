import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { doctorReport } from "../../src/cli/report-schemas.ts";
import { type StatusReport, statusReport } from "../../src/cli/status-schema.ts";
import { type Ground, rewrite, startLine, until } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";
import { sandhook } from "../support/ground-cli.ts";

async function status(ground: Ground): Promise<StatusReport> {
  const { code, out, err } = await sandhook(ground, ["status", "--json"]);
  expect([code, err]).toEqual([0, ""]);
  return statusReport.parse(JSON.parse(out));
}

const SERVER =
  "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalAddr => q(127.0.0.1), Listen => 1) or die; open F, q(>port.new); print F $s->sockport; close F; rename q(port.new), q(port); sleep 600'";

describe.runIf(engineAvailable("bubblewrap"))("sandhook status", () => {
  it("shows what runs now, its ports, its session, the proxy, and nothing of it afterwards", async () => {
    const ground = bubblewrapGround({ network: { allowedDomains: ["example.org"], presets: [] } });
    const server = startLine(ground, rewrite(ground, SERVER));
    const file = path.join(ground.project, "port");
    const read = (): string => {
      try {
        return readFileSync(file, "utf8");
      } catch {
        return "";
      }
    };
    await until(() => read() !== "");
    const port = Number(read());
    const now = await status(ground);
    expect(now.project).toMatchObject({
      folder: ground.project,
      sandbox: {
        kind: "on",
        engine: "bubblewrap",
        network: { mode: "allowlist", reach: "only example.org" },
      },
      trust: "nothing",
    });
    expect(now.running).toMatchObject([
      { engine: "bubblewrap", project: ground.project, command: SERVER, listening: [port] },
    ]);
    expect(now.running[0]?.processes).toBeGreaterThan(0);
    expect(now.sessions).toMatchObject([{ id: "s", project: ground.project }]);
    expect([now.containers, now.proxies.length]).toEqual([[], 1]);
    const { out } = await sandhook(ground, ["status"]);
    expect(out).toMatch(
      /^sandbox: bubblewrap, profile workspace-write\nnetwork: commands here reach only example/m,
    );
    expect(out).toMatch(new RegExp(`perl -MIO.*\\n +listening: ${port}\\n`));
    const doctor = await sandhook(ground, ["doctor", "--json"]);
    const checked = doctorReport
      .parse(JSON.parse(doctor.out))
      .findings.filter(({ check }) => check === "proxy");
    expect(checked).toMatchObject([{ code: "proxy.alive", facts: { pid: now.proxies[0]?.pid } }]);
    process.kill(-server.pid, "SIGKILL");
    await server.ended;
    expect((await status(ground)).running).toEqual([]);
  });

  it("says that settings wait for trust, that commands are refused, and that there is no sandbox", async () => {
    const ground = bubblewrapGround();
    mkdirSync(path.join(ground.project, ".claude"));
    const write = (sandhookSettings: object): void => {
      const text = JSON.stringify({ sandhook: sandhookSettings });
      writeFileSync(path.join(ground.project, ".claude/settings.json"), text);
    };
    write({ network: "open" });
    expect((await status(ground)).project).toMatchObject({ trust: "untrusted", sandbox: { kind: "on" } });
    expect((await sandhook(ground, ["status"])).out).toContain("until you type: sandhook trust");
    write({ netwrok: "open" });
    expect((await status(ground)).project.sandbox).toMatchObject({ kind: "refused", code: "config.invalid" });
    write({});
    writeFileSync(
      path.join(ground.home, ".claude/settings.json"),
      JSON.stringify({ sandhook: { enabled: false } }),
    );
    expect((await sandhook(ground, ["status"])).out).toContain(
      "sandbox: NONE, commands here run on the host",
    );
  });
});
