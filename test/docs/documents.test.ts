import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../..");
const read = (name: string): string => readFileSync(path.join(ROOT, name), "utf8");
const DOCUMENTS = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/ARCHITECTURE.md",
  "docs/THREAT-MODEL.md",
  "docs/LIMITATIONS.md",
  "docs/ADMINISTRATORS.md",
];

describe.each(DOCUMENTS)("%s", (name) => {
  it("names only files of the project that exist", () => {
    const named = [...read(name).matchAll(/`((?:src|hooks|profiles|scripts|test|docs)\/[\w./-]+)`/g)].map(
      ([, file = ""]) => file,
    );
    expect(named.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it("links only to pages that exist", () => {
    const links = [...read(name).matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = ""]) => target);
    const folder = path.dirname(path.join(ROOT, name));
    expect(links.filter((target) => !existsSync(path.resolve(folder, target)))).toEqual([]);
  });

  it("names only npm scripts that exist", () => {
    const scripts = Object.keys((JSON.parse(read("package.json")) as { scripts: object }).scripts);
    const named = [...read(name).matchAll(/npm run ([\w:-]+)/g)].map(([, script = ""]) => script);
    expect(named.filter((script) => !scripts.includes(script))).toEqual([]);
  });
});

describe("docs/THREAT-MODEL.md", () => {
  it("has a test for every guarantee, which begins with its number", () => {
    const guarantees = [...read("docs/THREAT-MODEL.md").matchAll(/^\| (G-\d\d) .*`(test\/[\w./-]+)` \|$/gm)];
    expect(guarantees.length).toBeGreaterThanOrEqual(10);
    for (const [, number = "", file = ""] of guarantees) {
      const text = read(file);
      expect(
        file.startsWith("test/e2e/") || text.includes(`"${number} `),
        `${file} has no test of ${number}`,
      ).toBe(true);
    }
  });
});

describe("README.md", () => {
  it("names only flags and commands that the program has", () => {
    const text = read("README.md");
    const program = path.join(ROOT, "dist/sandhook.mjs");
    const help = (...args: string[]): string =>
      execFileSync(process.execPath, [program, ...args, "--help"], { encoding: "utf8" });
    const flags = [...text.matchAll(/setup -- (--[\w-]+)/g)].map(([, flag = ""]) => flag);
    expect(flags.length).toBeGreaterThan(0);
    for (const flag of flags) expect(help("install")).toContain(flag);
    for (const [, command = ""] of text.matchAll(/sandhook\.mjs ([a-z]+)/g))
      expect(help()).toContain(`  ${command}`);
  });
});

describe("the sources", () => {
  it("hold no file over 250 lines", () => {
    const files = ["src", "hooks"].flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) =>
        path.join(folder, file),
      ),
    );
    const over = files.filter((file) => file.endsWith(".ts") && read(file).split("\n").length > 251);
    expect(over).toEqual([]);
  });
});
