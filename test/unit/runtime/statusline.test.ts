import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { hostPath } from "../../../src/core/paths.ts";
import { auditPlace } from "../../../src/runtime/audit/place.ts";
import { readNewest } from "../../../src/runtime/audit/read-records.ts";
import { renderStatusline, runOther } from "../../../src/runtime/statusline.ts";
import { makeTempHome, type TempHome, writeFile } from "../../support/temp-home.ts";

const line = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ seq: 1, id: "1", time: "2026-01-01T00:00:00.000Z", prev: "0", ...fields });

/** A user whose home is the process's, as for a status line. */
function userWith(settings: unknown): TempHome {
  const user = makeTempHome();
  vi.stubEnv("HOME", user.home);
  vi.stubEnv("CLAUDE_CONFIG_DIR", "");
  writeFile(join(user.home, ".claude/settings.json"), settings);
  return user;
}

const draw = (user: TempHome, id = "s1"): string =>
  renderStatusline(JSON.stringify({ session_id: id, workspace: { project_dir: user.project } }), "/");

describe("the status line", () => {
  it("says that there is no sandbox, and that commands are refused", () => {
    expect(draw(userWith({ sandhook: { enabled: false } }))).toBe("sandhook: NO SANDBOX");
    expect(draw(userWith({ sandhook: { enabeld: true } }))).toBe(
      "sandhook: refuses commands (config.invalid); type: sandhook doctor",
    );
    expect(draw(userWith({ sandhook: { engine: "seatbelt" } }))).toMatch(
      /engine\.unavailable|^sandhook: seatbelt/,
    );
  });

  it("counts what was refused to this session alone", async () => {
    const { countRefusals } = await import("../../../src/runtime/statusline.ts");
    const user = userWith({});
    const records = [
      line({ event: "decision", session: "s1", decision: "refuse", command: "a" }),
      line({ event: "decision", session: "s1", decision: "sandbox", job: "j1" }),
      line({ event: "decision", session: "s2", decision: "refuse" }),
      line({ event: "run", job: "j1", refusals: ["example.org", "example.net"] }),
      line({ event: "run", job: "j2", refusals: ["example.org"] }),
      line({ event: "decision", session: 7, decision: ["refuse"] }),
      "no json",
      line({ event: "other" }),
    ];
    writeFile(join(user.home, "state/audit/000001.jsonl"), `${records.join("\n")}\n`);
    writeFile(join(user.home, "state/audit/other.jsonl"), `${records.join("\n")}\n`);
    const place = auditPlace(hostPath(join(user.home, "state")));
    const entries = readNewest(place, { bytes: 1_000_000, files: 9 });
    expect(entries).toHaveLength(5);
    expect(countRefusals(entries, "s1")).toBe(3);
    // Only whole lines of the end are read.
    expect(readNewest(place, { bytes: 200, files: 1 }).length).toBeLessThan(3);
    expect(readNewest(auditPlace(hostPath("/nowhere")), { bytes: 1, files: 1 })).toEqual([]);
  });

  it("stands below a status line of the user's own, which gets the same words", () => {
    expect(runOther("cat; exit 3", "the session")).toBe("the session\n");
    expect(runOther("exit 1", "x")).toBe("");
  });
});
