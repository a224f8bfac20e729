import { expect, it } from "vitest";
import own from "../../../profiles/seccomp.json" with { type: "json" };
import container from "../../../profiles/container/seccomp.json" with { type: "json" };

/** Their harmless half reads the clock's state; the other one needs a capability. */
const READS_THE_CLOCK = ["adjtimex", "clock_adjtime"];

it("allows a container no call that bubblewrap's filter denies", () => {
  const allowed = new Set(
    container.syscalls.flatMap(({ names, action }) => (action === "SCMP_ACT_ALLOW" ? names : [])),
  );
  const denied = own.denied.flatMap(({ calls }) => Object.keys(calls));
  expect(denied.filter((name) => allowed.has(name))).toEqual(READS_THE_CLOCK);
  expect(denied).toContain("io_uring_setup");
  expect(container.defaultAction).toBe("SCMP_ACT_ERRNO");
});
