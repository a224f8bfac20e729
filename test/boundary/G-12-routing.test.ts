import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Asked, askHook, call, type Ground } from "../engines/ground.ts";
import {
  containersOf,
  type ContainerSubject,
  containerSubjects,
  makeSubjectGround,
  removeGround,
} from "../engines/subjects.ts";
import { engineAvailable } from "../support/engines.ts";

/** Interfaces beside the loopback: only a network of the host's has any. */
const NETWORK = "grep -vc 'lo:\\|Inter\\|face' /proc/net/dev";
const PLAN: Asked = { permissionMode: "plan" };

const [docker] = containerSubjects().filter(({ name }) => name === "docker");

describe.runIf(docker !== undefined && engineAvailable("bubblewrap"))("a project on docker", () => {
  const subject = docker as ContainerSubject;
  let ground: Ground;
  beforeAll(() => {
    const commands = [
      { match: "grep *", engine: "bubblewrap", network: "open" },
      { match: "touch *", profile: "read-only" },
    ];
    ground = makeSubjectGround("routing", subject, {
      container: { image: "docker.io/library/debian:bookworm-slim" },
      commands,
    });
  });
  afterAll(() => {
    removeGround(subject, ground);
  });

  async function out(command: string, asked?: Asked): Promise<string> {
    const { stdout } = await call(ground, command, undefined, asked);
    return stdout.toString().trim();
  }

  it("G-12 sends a line whose commands all match to the rule's engine and network, and says why", async () => {
    expect(askHook(ground, NETWORK)["permissionDecisionReason"]).toMatch(
      /^sandboxed by bubblewrap; by the command rule grep \* of .*settings\.json$/,
    );
    expect(Number(await out(NETWORK))).toBeGreaterThan(0);
    expect(containersOf(subject, ground)).toEqual([]);
  });

  it("G-12 leaves a line that matches in part where it is, without what the rule adds", async () => {
    expect(await out(`${NETWORK}; true`)).toBe("0");
    expect(await out(`echo $(${NETWORK})`)).toBe("0");
    expect(await out(`bash -c ${JSON.stringify(NETWORK)}`)).toBe("0");
  });

  it("G-12 gives another policy a container of its own, which does not disturb the project's", async () => {
    const [main = "", ...none] = containersOf(subject, ground);
    expect([main, none]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), []]);
    expect((await call(ground, "touch one")).code).not.toBe(0);
    expect((await call(ground, ": && touch two")).code).not.toBe(0);
    expect(await out("echo kept > ~/kept; echo x > three && cat three")).toBe("x");
    expect(await out("cat ~/kept; echo y > three; cat three", PLAN)).toBe("kept\nx");
    expect(await out("echo z > three && cat three")).toBe("z");
    expect(containersOf(subject, ground)).toContain(main);
  });
});
