import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { askHook, call, type Ground, rewrite, startLine, until } from "../engines/ground.ts";
import { askInstalledHook } from "../support/ask-tool.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";
import { records, sandhook } from "../support/ground-cli.ts";

const auditOf = (ground: Ground): string => path.join(ground.home, ".local/share/sandhook/audit");

const chainFile = (ground: Ground): string => path.join(auditOf(ground), "000001.jsonl");

describe.runIf(engineAvailable("bubblewrap"))("the audit record", () => {
  it("G-16 holds every decision and every run in one chain, though calls run at once", async () => {
    const ground = bubblewrapGround();
    const numbers = [0, 1, 2, 3, 4, 5];
    await Promise.all(
      numbers.map((number) => call(ground, `echo ${number} > made-${number}; exit ${number}`)),
    );
    askInstalledHook(ground, "Read", { file_path: "~/.ssh/id_rsa" });
    askHook(ground, "nul \0");
    const all = await records(ground);
    const decisions = all.filter(({ decision }) => decision === "sandbox");
    expect(decisions).toHaveLength(numbers.length);
    for (const { job, command, engine, session, toolUse, cwd } of decisions) {
      const run = all.find((record) => record.event === "run" && record.job === job);
      expect([engine, session, toolUse, cwd]).toEqual(["bubblewrap", "s", "t", ground.project]);
      expect(run?.exit).toBe(Number(command?.slice(-1)));
      expect(run?.milliseconds).toBeGreaterThan(0);
    }
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
    const refused = await records(ground, "--decision", "refuse");
    expect(refused.map(({ tool, code }) => [tool, code])).toEqual([
      ["Read", "file.secret"],
      ["Bash", "command.nul"],
    ]);
    expect(await records(ground, "--tool", "Read")).toHaveLength(1);
    expect(await records(ground, "--session", "other")).toEqual([]);
    expect(await records(ground, "--since", "1h", "--engine", "bubblewrap")).toHaveLength(2 * numbers.length);
    const verified = await sandhook(ground, ["audit", "verify"]);
    expect([verified.code, verified.out]).toEqual([
      0,
      expect.stringMatching(/^14 records in 1 files, unchanged/),
    ]);
  });

  it("G-16 names a run that was killed, and a change to the record", async () => {
    const ground = bubblewrapGround();
    const running = startLine(ground, rewrite(ground, "touch started; sleep 60"));
    await until(() => readdirSync(ground.project).includes("started"));
    process.kill(-running.pid, "SIGKILL");
    await running.ended;
    await call(ground, "echo canary-of-a-command");
    const [killed] = (await records(ground)).filter(
      ({ event, exit }) => event === "run" && exit === undefined,
    );
    expect(killed?.engine).toBe("bubblewrap");
    expect((await sandhook(ground, ["audit"])).out).toMatch(
      /killed +Bash +bubblewrap +touch started; sleep 60/,
    );
    const text = readFileSync(chainFile(ground), "utf8");
    writeFileSync(chainFile(ground), text.replace("canary-of-a-command", "canary-of-another"));
    const { code, out } = await sandhook(ground, ["audit", "verify"]);
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/^changed {2}000001\.jsonl:\d+ {2}the record before it/),
    ]);
  });

  it("G-16 is out of reach for a command, and holds digests only where config says so", async () => {
    const ground = bubblewrapGround({ audit: { commands: "hash" } });
    const { code } = await call(
      ground,
      `echo canary-of-a-command; cat ${auditOf(ground)}/* || rm -r ${auditOf(ground)}`,
    );
    expect(code).not.toBe(0);
    askInstalledHook(ground, "Read", { file_path: "~/.ssh/canary-of-a-command" });
    const all = await records(ground);
    expect(all.map(({ event }) => event).sort()).toEqual(["decision", "decision", "run"]);
    expect(JSON.stringify(all)).not.toContain("canary-of-a-command");
    expect(all[0]?.commandHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("G-16 stops nothing when it cannot be written, unless config requires it", async () => {
    const settings = (audit: object): string => JSON.stringify({ sandhook: { engine: "bubblewrap", audit } });
    const ground = bubblewrapGround({ audit: { required: true } });
    writeFileSync(auditOf(ground), "in the way");
    const refused = askHook(ground, "true");
    expect([refused["permissionDecision"], refused["permissionDecisionReason"]]).toEqual([
      "deny",
      expect.stringMatching(/audit record below \S+ cannot be written[\s\S]*may not go unrecorded/),
    ]);
    expect(askInstalledHook(ground, "Read", { file_path: "src/a.ts" }).kind).toBe("deny");
    writeFileSync(path.join(ground.home, ".claude/settings.json"), settings({}));
    expect((await call(ground, "echo runs")).stdout.toString()).toBe("runs\n");
    // The hook could write, and the runner cannot: the command does not run either.
    writeFileSync(path.join(ground.home, ".claude/settings.json"), settings({ required: true }));
    rmSync(auditOf(ground));
    const line = rewrite(ground, "touch made");
    rmSync(auditOf(ground), { recursive: true });
    const { code, stderr } = await startLine(ground, line).ended;
    expect([code, stderr]).toEqual([125, expect.stringContaining("may not go unrecorded")]);
    expect(readdirSync(ground.project)).not.toContain("made");
  });

  it("G-16 is exported to a file, standard output, syslog and an OTLP endpoint", async () => {
    const ground = bubblewrapGround();
    await call(ground, "exit 3");
    const lines = (await sandhook(ground, ["audit", "export", "--to", "stdout"])).out;
    expect(lines.split("\n").slice(0, -1)).toHaveLength(2);
    const filtered = await sandhook(ground, ["audit", "export", "--to", "stdout", "--session", "another"]);
    expect(filtered).toMatchObject({ code: 0, out: "" });
    const file = path.join(ground.home, "audit.jsonl");
    await sandhook(ground, ["audit", "export", "--to", "file", "--file", file]);
    expect(readFileSync(file, "utf8")).toBe(lines);
    const bin = path.join(ground.home, "bin");
    mkdirSync(bin);
    writeFileSync(
      path.join(bin, "logger"),
      `#!/bin/sh\necho "$*" >${ground.home}/syslog\ncat >>${ground.home}/syslog\n`,
    );
    chmodSync(path.join(bin, "logger"), 0o755);
    await sandhook(ground, ["audit", "export", "--to", "syslog"], `${bin}:/usr/bin:/bin`);
    expect(readFileSync(path.join(ground.home, "syslog"), "utf8")).toMatch(
      /^-t sandhook .*\n\{"seq":1,[^\n]*\n\{"seq":2,/,
    );

    const bodies: string[] = [];
    const collector = createServer((request, response) => {
      let body = "";
      request.on("data", (text: Buffer) => (body += text.toString()));
      request.on("end", () => {
        bodies.push(body);
        response.writeHead(request.url === "/v1/logs" ? 200 : 400).end("{}");
      });
    });
    await new Promise<void>((resolve) => {
      collector.listen(0, "127.0.0.1", resolve);
    });
    onTestFinished(() => {
      collector.close();
    });
    const base = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const sent = await sandhook(ground, ["audit", "export", "--to", "otlp", "--endpoint", `${base}/v1/logs`]);
    expect([sent.code, sent.err]).toEqual([0, expect.stringContaining("sent 2 records")]);
    expect(bodies.join("")).toMatch(
      /"sandhook\.decision"[\s\S]*"process\.exit\.code","value":\{"intValue":"?3/,
    );
    const failed = await sandhook(ground, ["audit", "export", "--to", "otlp", "--endpoint", `${base}/wrong`]);
    expect([failed.code, failed.err]).toEqual([1, expect.stringContaining("could not be sent to")]);
    const aimless = await sandhook(ground, ["audit", "export", "--to", "otlp"]);
    expect([aimless.code, aimless.err]).toEqual([2, expect.stringContaining("--to otlp needs an endpoint")]);
  });
});
