import { describe, expect, it } from "vitest";
import { coversLine, touchesLine } from "../../../../src/policy/permission/line-patterns.ts";
import { parseBash } from "../../../../src/runtime/bash-parser.ts";

const PATTERNS = ["docker compose *", "Bash(gh *)", "make:*"];
const covers = (line: string): boolean => coversLine(line, PATTERNS, parseBash);
const touches = (line: string): boolean => PATTERNS.some((pattern) => touchesLine(line, pattern, parseBash));

describe("a pattern of commands", () => {
  it.each([
    "docker compose up -d",
    "docker   compose up 2>&1 | gh pr list >/dev/null && gh x",
    "docker compose",
    "make; make all",
  ])("covers %j", (line) => {
    expect([covers(line), touches(line)]).toEqual([true, true]);
  });

  it.each([
    "docker composer up",
    "docker run x",
    "docker compose up; rm x",
    "docker compose up && rm x",
    "docker compose up | sh",
    "docker compose up &",
    "docker compose up > file",
    "docker compose up $(rm x)",
    "docker compose up `rm x`",
    "docker compose up <(rm x)",
    "docker compose up $HOME",
    "docker compose up *",
    "docker compose up {a,b}",
    "PATH=/evil docker compose up",
    "LD_PRELOAD=./x.so gh x",
    "docker() { rm x; }; docker compose up",
    "(docker compose up)",
    "if gh x; then gh y; fi",
    "timeout 5 docker compose up",
    "./docker compose up",
    "docker compose up\nrm x",
    "docker compose up # comment\nrm x",
    "docker compose up <<E\nx\nE",
    "'docker compose up",
  ])("does not cover %j", (line) => {
    expect(covers(line)).toBe(false);
  });

  it.each([
    "true; gh x",
    "bash -c 'gh x'",
    "timeout 5 gh x",
    "A=1 gh x",
    "echo $(gh x)",
    "x=gh; $x y",
    "/usr/bin/gh x",
    "gh x 'unclosed",
    "if true; then gh x; fi",
    "g\\h x",
    "'gh' x",
  ])("touches %j", (line) => {
    expect(touches(line)).toBe(true);
  });

  it.each(["true", "ghx", "echo gh", "docker run x", "git push"])("does not touch %j", (line) => {
    expect(touches(line)).toBe(false);
  });
});
