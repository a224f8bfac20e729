import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { askHook, asUser, call, type Ground, outcome, rewrite, startLine } from "../engines/ground.ts";
import { containersOf, containerSubjects, makeSubjectGround, removeGround } from "../engines/subjects.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

/** A folder that commands may write lies deep in the project, and so does a file that they must not see. */
const SETTINGS = { filesystem: { allowWrite: ["./deep/out"], denyRead: ["./secret/.env"] } };

function run(ground: Ground, ...words: string[]): void {
  const [file = "", ...args] = asUser(ground, ["env", `HOME=${ground.home}`, ...words]);
  execFileSync(file, args, { cwd: ground.project });
}

/** Makes what the settings name, and a folder of the host that no command may write. */
function furnish(ground: Ground): string {
  const victim = path.join(ground.home, "victim");
  run(ground, "mkdir", "-p", "deep/out", "secret", "decoy", victim);
  writeFileSync(path.join(ground.project, "secret/.env"), "KEY=of-the-host\n");
  writeFileSync(path.join(ground.project, "decoy/.env"), "decoy\n");
  return victim;
}

/** What a command of another call can do to a folder of the project while a call is made. */
function swap(ground: Ground, name: string, target: string): () => void {
  const place = path.join(ground.project, name);
  renameSync(place, `${place}.away`);
  symlinkSync(target, place);
  return () => {
    execFileSync("rm", [place]);
    renameSync(`${place}.away`, place);
  };
}

/** Swaps a folder and a link without end, until the test is over. */
function keepSwapping(ground: Ground, name: string, target: string): void {
  const loop = 'while :; do mv -T "$1" "$1.away"; ln -s "$2" "$1"; rm -f "$1"; mv -T "$1.away" "$1"; done';
  const words = ["/bin/sh", "-c", loop, "sh", path.join(ground.project, name), target];
  const child = spawn(words[0] ?? "", words.slice(1), { stdio: "ignore" });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
}

const REFUSED = [125, expect.stringMatching(/the command was not run: .*was replaced by something else/)];

describe.runIf(engineAvailable("bubblewrap"))("a link in the place of a mounted folder", () => {
  it("G-04 is refused after the plan and before the command, whatever it leads to", async () => {
    const ground = bubblewrapGround(SETTINGS);
    const victim = furnish(ground);
    for (const [name, target, command] of [
      ["deep", path.dirname(victim), "echo x > deep/out/f"],
      ["deep/out", victim, "echo x > deep/out/f"],
      ["secret", "decoy", "cat secret.away/.env; touch canary"],
      [".git", victim, "touch canary"],
    ] as const) {
      const line = rewrite(ground, command);
      const undo = swap(ground, name, target);
      const { code, stderr, stdout } = await startLine(ground, line).ended;
      undo();
      expect([code, stdout.toString()], `${name}: ${stderr}`).toEqual([125, ""]);
    }
    expect(readdirSync(victim)).toEqual([]);
    expect(existsSync(path.join(ground.project, "canary"))).toBe(false);
    const { code, out, err } = await outcome(ground, "echo x > deep/out/f; cat secret/.env; cat deep/out/f");
    expect([code, out], err).toEqual([0, "x\n"]);
  });

  it("G-04 never lets a command out while a folder and a link are swapped without end", async () => {
    const ground = bubblewrapGround(SETTINGS);
    const victim = furnish(ground);
    keepSwapping(ground, "deep/out", victim);
    const ends = [];
    for (let n = 0; n < 12; n += 1) {
      try {
        ends.push((await call(ground, "echo x > deep/out/f || exit 1")).code);
      } catch {
        ends.push("denied by the hook");
      }
    }
    expect(ends.filter((end) => ![0, 1, 125, "denied by the hook"].includes(end ?? -1))).toEqual([]);
    expect(readdirSync(victim)).toEqual([]);
  });

  it("G-04 is refused when a grant of the settings goes through it", () => {
    const ground = bubblewrapGround({ filesystem: { allowWrite: ["./open"] } });
    symlinkSync(ground.home, path.join(ground.project, "open"));
    const reply = askHook(ground, "true");
    expect(reply["permissionDecision"]).toBe("deny");
    expect(reply["permissionDecisionReason"]).toMatch(/open is a symbolic link[^]*Name what it leads to/);
  });
});

describe.runIf(engineAvailable("bubblewrap"))("a folder above a hidden file", () => {
  it("G-04 cannot be moved, so that the next call does not see the file either", async () => {
    const ground = bubblewrapGround(SETTINGS);
    furnish(ground);
    const moves = ["mv secret s", "mv secret/.env e", "rm -rf secret", "ln secret/.env e"];
    const tries = moves.map((move) => `(${move}) 2>/dev/null && echo '${move}'`).join("; ");
    expect(await outcome(ground, `${tries}; echo tried`)).toEqual({ code: 0, out: "tried\n", err: "" });
    expect((await outcome(ground, "cat secret/.env s/.env e 2>/dev/null; echo read")).out).toBe("read\n");
    expect(readFileSync(path.join(ground.project, "secret/.env"), "utf8")).toBe("KEY=of-the-host\n");
  });
});

describe.runIf(engineAvailable("bubblewrap"))("another repository", () => {
  it("G-04 that the settings open keeps its hooks and config, and takes commits", async () => {
    const ground = bubblewrapGround({ filesystem: { allowWrite: ["~/other"] } });
    const other = path.join(ground.home, "other");
    run(ground, "git", "init", "-q", other);
    const attacks = [
      "echo x > .git/hooks/pre-commit",
      "echo x >> .git/config",
      "mv .git g",
      "mkdir -p .claude && echo x > .claude/settings.json",
    ];
    const tries = attacks.map((attack) => `(${attack}) 2>/dev/null && echo '${attack}'`).join("; ");
    expect((await outcome(ground, `cd ~/other; ${tries}; echo tried`)).out).toBe("tried\n");
    const commit = "git -c user.name=T -c user.email=t@example.invalid commit -qm one --allow-empty";
    expect((await outcome(ground, `cd ~/other && ${commit} && git log --format=%s`)).out).toBe("one\n");
  });

  it("G-04 is not opened by a .git file that a command makes", async () => {
    const ground = bubblewrapGround();
    const other = path.join(ground.home, "other");
    run(ground, "git", "init", "-q", other);
    const identity = ["-c", "user.name=T", "-c", "user.email=t@example.invalid"];
    run(ground, "git", "-C", other, ...identity, "commit", "-qm", "one", "--allow-empty");
    run(ground, "git", "-C", other, "worktree", "add", "-q", path.join(ground.home, "tree"));
    const pointer = `gitdir: ${other}/.git/worktrees/tree`;
    expect((await call(ground, `mkdir evil; echo '${pointer}' > evil/.git`)).code).toBe(0);
    const inside = path.join(ground.project, "evil");
    const { code } = await call(ground, `echo x > '${other}/.git/refs/heads/evil'`, inside);
    expect([code, existsSync(path.join(other, ".git/refs/heads/evil"))]).toEqual([1, false]);
    const tree = { ...ground, project: path.join(ground.home, "tree") };
    expect((await outcome(tree, `git branch own && echo made`)).out).toBe("made\n");
  });
});

for (const subject of containerSubjects().filter(({ name }) => name !== "podman")) {
  describe(`a link in the place of a mounted folder of ${subject.name}`, () => {
    it("G-04 is refused when the container is made, and what the host replaces stays hidden", async () => {
      const ground = makeSubjectGround("links", subject, SETTINGS);
      onTestFinished(() => {
        removeGround(subject, ground);
      });
      const victim = furnish(ground);
      const line = rewrite(ground, "echo x > deep/out/f");
      const undo = swap(ground, "deep/out", victim);
      const { code, stderr } = await startLine(ground, line).ended;
      undo();
      expect([code, stderr]).toEqual(REFUSED);
      expect([readdirSync(victim), containersOf(subject, ground)]).toEqual([[], []]);

      const moves = "mv secret s; mv secret/.env e; echo x > deep/out/f";
      const { out } = await outcome(ground, `(${moves}) 2>/dev/null; cat deep/out/f secret/.env`);
      expect(out).toBe("x\n");
      const file = path.join(ground.project, "secret/.env");
      writeFileSync(`${file}.new`, "KEY=new\n");
      renameSync(`${file}.new`, file);
      expect((await outcome(ground, "cat secret/.env; echo end")).out).toBe("end\n");
    });
  });
}
