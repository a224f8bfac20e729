import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PolicyError } from "../../../src/core/errors.ts";
import { checkFlags } from "../../../src/engine/oci/check-flags.ts";

function verdict(flag: string, ...allowed: string[]): string {
  try {
    checkFlags([flag], allowed);
    return "passes";
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return /the flag .* of sandhook.container.flags (.*)$/s.exec(error.message)?.[1] ?? error.message;
  }
}

describe("flags for creating a container", () => {
  it.each(["--add-host=db.example.org:10.0.0.5", "--dns=10.0.0.1", "--shm-size=1g", "--annotation=a=b\nc"])(
    "pass when they give nothing of the host: %s",
    (flag) => {
      expect(verdict(flag)).toBe("passes");
    },
  );

  it.each([
    ...["--privileged", "--privileged=true", "--cap-add=SYS_ADMIN", "--pid=host", "--ipc=host", "--uts=host"],
    ...[
      "--userns=host",
      "--cgroupns=host",
      "--network=host",
      "--net=host",
      "--device=/dev/sda",
      "--gpus=all",
    ],
    ...["--security-opt=seccomp=unconfined", "--group-add=docker", "--sysctl=kernel.core_pattern=x"],
    ...["--tmpfs=/home", "--cgroup-parent=/", "--oom-kill-disable", "--never-heard-of=1"],
  ])("are refused when they can open the sandbox, and pass when allowed by name: %s", (flag) => {
    expect(verdict(flag)).toBe("can open the sandbox");
    expect(verdict(flag, flag)).toBe("passes");
    expect(verdict(flag, flag.split("=")[0] ?? "")).toBe("passes");
    expect(verdict(flag, `${flag}x`, "--other")).toBe("can open the sandbox");
  });

  it.each([
    "-v/:/host",
    "-v",
    "--add-host db:1",
    "--",
    "privileged",
    "",
    "--Privileged",
    " --privileged",
    "--a_b",
  ])("are refused when they are not one long flag: %j", (flag) => {
    expect(verdict(flag, flag, "--privileged")).toBe("is not one flag");
  });

  it.each(["--volume=/:/host", "--mount=type=bind,source=/,target=/host", "--publish=1:1", "--env=A=b"])(
    "are refused when a key of their own checks them, whatever is allowed: %s",
    (flag) => {
      expect(verdict(flag, flag)).toBe("has a key of its own");
    },
  );

  it.each(["--user=0", "--entrypoint=/x", "--name=x", "--rm", "--volumes-from=x", "--env-file=/etc/shadow"])(
    "are refused when sandhook decides them, whatever is allowed: %s",
    (flag) => {
      expect(verdict(flag, flag)).toBe("is decided by sandhook itself");
    },
  );

  it("need a value, as the next word of ours would be taken for it", () => {
    expect(verdict("--dns")).toBe("has no value");
  });

  it("never pass when nobody has listed them", () => {
    const names = fc
      .stringMatching(/^--[a-z][a-z-]{0,12}$/)
      .filter((name) => name !== "--dns" && name !== "--ip");
    fc.assert(
      fc.property(names, (name) => {
        expect(verdict(name)).not.toBe("passes");
      }),
    );
  });
});
