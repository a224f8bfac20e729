import { describe, expect, it } from "vitest";
import { findContainer } from "../../../src/runtime/oci/container.ts";

function clientThatSays(reason: string): Parameters<typeof findContainer>[0] {
  return {
    words: ["/usr/bin/podman"],
    run: () => Promise.resolve({ ok: false, stdout: "", reason, code: 125 }),
  };
}

describe("a container that podman does not show", () => {
  it("is told apart from one that cannot be asked for, and the refusal says what to type", async () => {
    const reason =
      'Error: invalid internal status, try resetting the pause process with "podman system migrate": could not find any running process: no such process';
    await expect(findContainer(clientThatSays(reason), "sandhook-x")).rejects.toMatchObject({
      code: "engine.namespace-lost",
      hint: expect.stringContaining("Type: /usr/bin/podman system migrate") as unknown,
    });
  });

  it("is none when podman knows none of the name", async () => {
    const reason = 'Error: inspecting object: no such container "sandhook-x"';
    expect(await findContainer(clientThatSays(reason), "sandhook-x")).toBeUndefined();
  });
});
