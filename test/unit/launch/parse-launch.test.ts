import { describe, expect, it } from "vitest";
import { isSandboxError, renderFailure } from "../../../src/core/errors.ts";
import { parseLaunch, refuseDetached } from "../../../src/install/launch/parse-launch.ts";

const parse = (line: string, variable?: string): unknown => {
  const { sandhook, clientArgs } = parseLaunch(line === "" ? [] : line.split(" "), variable);
  return [sandhook, clientArgs.join(" ")];
};

function failure(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    return renderFailure(error);
  }
  return "no failure";
}

describe("the words after sandhook claude", () => {
  it.each([
    ["", { enabled: true }, ""],
    ["--sandbox", { enabled: true }, ""],
    ["--sandbox=docker -p hi", { enabled: true, engine: "docker" }, "-p hi"],
    ["--sandbox docker", { enabled: true }, "docker"],
    [
      "--profile strict --network none -- -p hi",
      { enabled: true, profile: "strict", network: { mode: "none" } },
      "-p hi",
    ],
    ["--network=open --resume", { enabled: true, network: { mode: "open" } }, "--resume"],
    ["--no-sandbox -p hi", { enabled: false }, "-p hi"],
    // From the first word of the client's on nothing is ours.
    ["mcp add browser npx server --no-sandbox", { enabled: true }, "mcp add browser npx server --no-sandbox"],
    ["-p --no-sandbox", { enabled: true }, "-p --no-sandbox"],
    ["-- --no-sandbox", { enabled: true }, "--no-sandbox"],
    ["--sandbox -- --sandbox -- x", { enabled: true }, "--sandbox -- x"],
    ["--no-sandbox=1", { enabled: true }, "--no-sandbox=1"],
    ["--sandboxed", { enabled: true }, "--sandboxed"],
  ])("reads %j", (line, sandhook, rest) => {
    expect(parse(line)).toEqual([sandhook, rest]);
  });

  it("takes the variable where no option speaks, and never as a switch", () => {
    expect(parse("-p hi", "podman")).toEqual([{ enabled: true, engine: "podman" }, "-p hi"]);
    expect(parse("", "1")).toEqual([{ enabled: true }, ""]);
    expect(parse("--sandbox=docker", "podman")).toEqual([{ enabled: true, engine: "docker" }, ""]);
    expect(parse("--no-sandbox", "podman")).toEqual([{ enabled: false }, ""]);
    expect(failure(() => parse("", "off"))).toMatch(
      /a variable cannot switch the sandbox off\nType .* --no-sandbox/,
    );
  });

  it("says what is wrong, and what to type", () => {
    expect(failure(() => parse("--sandbox=dokcer"))).toContain("Did you mean --sandbox=docker?");
    expect(failure(() => parse("--network offline"))).toMatch(
      /--network has no value "offline"; .* none, allowlist, open/,
    );
    expect(failure(() => parse("--profile"))).toContain("--profile needs a value");
    expect(failure(() => parse("--profile -- x"))).toContain("--profile needs a value");
    expect(failure(() => parse("--sandbox --no-sandbox"))).toContain("does not go with");
    expect(failure(() => parse("--no-sandbox --network open"))).toContain("does not go with");
  });

  it("refuses what moves the session to another process, but not behind --", () => {
    expect(
      failure(() => {
        refuseDetached(["-p", "--bg"]);
      }),
    ).toContain("--bg moves the session");
    expect(
      failure(() => {
        refuseDetached(["--tmux=classic"]);
      }),
    ).toContain("--tmux=classic moves");
    expect(
      failure(() => {
        refuseDetached(["-p", "--", "--bg"]);
      }),
    ).toBe("no failure");
  });
});
