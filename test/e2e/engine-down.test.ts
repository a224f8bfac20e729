import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NEWEST_RELEASE } from "../support/client-release.ts";
import { type ClientRun, runClient } from "../support/client.ts";
import { engineAvailable } from "../support/engines.ts";
import { installProduct } from "../support/installed.ts";
import { bash } from "../support/script.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

/** The user's own docker context leads to a daemon of the test's, and not to the machine's. */
function useDaemon(user: TempHome, socket: string): void {
  const folder = join(user.home, ".docker");
  const name = createHash("sha256").update("elsewhere").digest("hex");
  const meta = { Name: "elsewhere", Endpoints: { docker: { Host: `unix://${socket}` } } };
  writeFile(join(folder, "config.json"), { currentContext: "elsewhere" });
  writeFile(join(folder, "contexts/meta", name, "meta.json"), meta);
}

/** Without the event that looks at the engine before a prompt is sent. */
function dropPromptHook(user: TempHome): void {
  const file = join(user.home, ".claude/settings.json");
  const settings = JSON.parse(readFileSync(file, "utf8")) as { hooks: Record<string, unknown> };
  const hooks = Object.entries(settings.hooks).filter(([event]) => event !== "UserPromptSubmit");
  writeFile(file, { ...settings, hooks: Object.fromEntries(hooks) });
}

async function playWith(
  socket: (user: TempHome) => string,
  prepare: (user: TempHome) => void = dropPromptHook,
): Promise<ClientRun & { readonly user: TempHome }> {
  const user = makeTempHome({ git: true });
  installProduct(user, { engine: "docker" });
  prepare(user);
  useDaemon(user, socket(user));
  const script = [{ calls: [bash("call", "touch canary")] }];
  return { ...(await runClient({ release: NEWEST_RELEASE, user, script })), user };
}

describe.runIf(engineAvailable("docker"))("the real client, when docker's daemon is down", () => {
  it("does not send a prompt whose commands would all be refused", async () => {
    const run = await playWith(
      (user) => join(user.root, "none.sock"),
      () => undefined,
    );
    expect(run.requests).toEqual([]);
    expect(run.stdout).toMatch(/the prompt was not sent[\s\S]*sandhook doctor/);
    expect(readdirSync(run.user.project)).not.toContain("canary");
  });

  it("is told that the daemon is not running, and how to start it", async () => {
    const run = await playWith((user) => join(user.root, "none.sock"));
    const { text = "", isError } = run.results.get("call") ?? {};
    expect([isError, text]).toEqual([true, expect.stringMatching(/none\.sock[\s\S]*Start the daemon/)]);
    expect(readdirSync(run.user.project)).not.toContain("canary");
  });

  it("is told when something holds the socket and hangs up", async () => {
    const server = createServer((peer) => peer.destroy());
    const run = await playWith((user) => {
      const socket = join(user.root, "dead.sock");
      server.listen(socket);
      return socket;
    }).finally(() => server.close());
    const { text = "", isError } = run.results.get("call") ?? {};
    expect([isError, text]).toEqual([true, expect.stringContaining("was not run")]);
    expect(readdirSync(run.user.project)).not.toContain("canary");
  });
});
