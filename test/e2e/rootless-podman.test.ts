import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { containersOf, containerSubjects, removeContainers } from "../engines/subjects.ts";
import { fetchClient, NEWEST_RELEASE } from "../support/client-release.ts";
import { runClient } from "../support/client.ts";
import { installProduct } from "../support/installed.ts";
import { bash } from "../support/script.ts";
import { makeTempHome, writeFile } from "../support/temp-home.ts";

// The tests run as root, and the client of this one as an ordinary user whose podman has no root.
const SUBJECTS = containerSubjects().filter(
  ({ name, account }) => name === "podman-rootless" && account.uid !== process.getuid?.(),
);

const STEPS = [
  [
    "inside",
    "[ -e /run/sandhook/bin/init ] && id -u && grep -c NAME= /etc/os-release >/dev/null && echo made > mine",
  ],
  ["kept", "cat mine; echo $$ >/tmp/pid; mkdir -p sub && cd sub"],
  ["folder", "pwd | sed 's|.*/||'; [ -e /tmp/pid ] && echo same"],
  ["protected", "echo x > .git/hooks/pre-commit || echo refused"],
] as const;

describe.each(SUBJECTS)("the real client of an ordinary user, in $name", (subject) => {
  it("runs commands in one container, whose files are the user's own", async () => {
    const user = makeTempHome({ git: true });
    const { uid, gid } = subject.account;
    installProduct(user, { engine: "podman" });
    const file = path.join(user.home, ".claude/settings.json");
    const { sandhook, ...rest } = JSON.parse(readFileSync(file, "utf8")) as Record<string, object>;
    writeFile(file, { ...rest, sandhook: { ...sandhook, ...subject.settings, network: "none" } });
    for (const [name, text] of Object.entries(subject.files)) writeFile(path.join(user.home, name), text);
    execFileSync("chown", ["-R", `${uid}:${gid}`, user.root]);
    const project = { ...subject, ...user };
    onTestFinished(() => {
      removeContainers(subject, project);
    });
    const become = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
    const { file: fetched } = await fetchClient(NEWEST_RELEASE);
    const reachable = spawnSync(become[0] ?? "", [...become.slice(1), "test", "-x", fetched]).status === 0;
    const client = reachable ? fetched : path.join(user.root, "client");
    if (!reachable) copyFileSync(fetched, client);
    const through = [...become, client];
    const script = STEPS.map(([id, command]) => ({ calls: [bash(id, command)] }));
    const { results } = await runClient({ release: NEWEST_RELEASE, user, script, through, timeout: 240_000 });
    const said = (id: string): string => results.get(id)?.text.trim() ?? "";
    expect(said("inside")).toMatch(new RegExp(`${uid}$`));
    expect(said("kept")).toBe("made");
    expect(said("folder")).toBe("sub\nsame");
    expect(said("protected")).toContain("refused");
    expect(containersOf(subject, project)).toHaveLength(1);
    expect(statSync(path.join(user.project, "mine")).uid).toBe(uid);
  });
});
