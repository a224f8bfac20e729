import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { asUser, call, type Ground } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly words: string;
}

/** `sandhook trust` as the ground's user types it in the project, without a terminal. */
function trust(ground: Ground, ...flags: string[]): Answer {
  const program = path.join(ground.home, ".local/share/sandhook/current/sandhook.mjs");
  const [file = "", ...args] = asUser(ground, [process.execPath, program, "trust", ...flags]);
  const env = { HOME: ground.home, PATH: "/usr/local/bin:/usr/bin:/bin" };
  try {
    return {
      code: 0,
      out: execFileSync(file, args, { cwd: ground.project, env, encoding: "utf8", stdio: "pipe" }),
      words: "",
    };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return { code: status, out: stdout, words: stderr };
  }
}

function say(ground: Ground, name: string, settings: unknown): void {
  mkdirSync(path.join(ground.project, ".claude"), { recursive: true });
  writeFileSync(path.join(ground.project, ".claude", name), JSON.stringify(settings));
}

const WIDE = { sandhook: { filesystem: { allowWrite: ["~/out"] }, env: { set: { CI: "1" } } } };

describe.runIf(engineAvailable("bubblewrap"))("trust in a project", () => {
  function ground(): Ground {
    const made = bubblewrapGround();
    for (const folder of ["out", "other"]) {
      mkdirSync(path.join(made.home, folder), { mode: 0o777 });
      execFileSync("chmod", ["777", path.join(made.home, folder)]);
    }
    say(made, "settings.json", WIDE);
    return made;
  }
  /** Whether a command of the project can write in a folder of the home folder. */
  async function writes(at: Ground, folder: string): Promise<boolean> {
    const { stdout } = await call(
      at,
      `touch ~/${folder}/x 2>/dev/null && echo "wrote $CI"; rm -f ~/${folder}/x 2>/dev/null; true`,
    );
    return stdout.toString() === "wrote 1\n";
  }

  it("G-09 is given for the exact content that was shown, and ends with any change of it", async () => {
    const at = ground();
    expect(await writes(at, "out")).toBe(false);
    const shown = trust(at, "--show", "--json");
    const source = path.join(at.project, ".claude/settings.json");
    expect([shown.code, JSON.parse(shown.out)]).toEqual([
      1,
      {
        project: at.project,
        state: "untrusted",
        changes: [
          { key: "filesystem.allowWrite", from: [], to: ['"~/out"'], source },
          { key: "env.set", from: [], to: ['{"name":"CI","value":"1"}'], source },
        ],
        files: [],
      },
    ]);
    const unanswered = trust(at);
    expect([unanswered.code, unanswered.words]).toEqual([2, expect.stringContaining("sandhook trust --yes")]);
    expect(await writes(at, "out")).toBe(false);
    expect(trust(at, "--yes").code).toBe(0);
    expect(await writes(at, "out")).toBe(true);
    expect(trust(at, "--show").out).toContain("is trusted");
    say(at, "settings.json", { ...WIDE, other: "a key that is none of ours" });
    expect(await writes(at, "out")).toBe(true);
    say(at, "settings.local.json", { sandhook: { filesystem: { allowWrite: ["~/other"] } } });
    expect([await writes(at, "out"), await writes(at, "other")]).toEqual([false, false]);
    expect(trust(at, "--show").out).toContain("has changed since");
    expect(trust(at, "--yes").code).toBe(0);
    expect(await writes(at, "other")).toBe(true);
    expect(trust(at, "--revoke").code).toBe(0);
    expect(await writes(at, "out")).toBe(false);
  });

  it("G-09 covers the files of the project that count only then", () => {
    const at = bubblewrapGround();
    expect(trust(at, "--show").out).toContain("nothing that would need trust");
    say(at, "settings.json", { sandhook: { container: { dockerfile: "./Dockerfile" } } });
    const files = [
      "Dockerfile",
      ".claude/sandbox.bashrc",
      ".devcontainer/devcontainer.json",
      ".devcontainer/x.sh",
    ];
    mkdirSync(path.join(at.project, ".devcontainer"));
    const write = (name: string, text: string): void => {
      writeFileSync(path.join(at.project, name), text);
    };
    for (const name of files) write(name, "{}");
    for (const name of files) {
      expect(trust(at, "--yes").code).toBe(0);
      write(name, "{ }");
      expect(trust(at, "--show").out, name).toContain("has changed since");
    }
  });

  it("G-09 is not had from inside of the sandbox", async () => {
    const at = ground();
    const program = path.join(at.home, ".local/share/sandhook/current/sandhook.mjs");
    await call(
      at,
      `${process.execPath} '${program}' trust --yes; mkdir -p ~/.local/share/sandhook/trust; true`,
    );
    expect(existsSync(path.join(at.home, ".local/share/sandhook/trust"))).toBe(false);
    expect(await writes(at, "out")).toBe(false);
  });
});
