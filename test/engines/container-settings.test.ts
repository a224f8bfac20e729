import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  askHook,
  freshMark,
  type Ground,
  outcome,
  processesWith,
  rewrite,
  startLine,
  until,
} from "./ground.ts";
import {
  ask,
  type ContainerSubject,
  containerSubjects,
  makeSubjectGround,
  removeGround,
} from "./subjects.ts";

const IMAGE = "docker.io/library/debian:bookworm-slim";

for (const subject of containerSubjects()) {
  describe(`what the settings add to a container of ${subject.name}`, () => {
    const grounds: Ground[] = [];
    afterEach(() => {
      for (const ground of grounds.splice(0)) removeGround(subject, ground);
    });

    /** A ground whose container has these settings beside a small image; `files` are made in its home first. */
    function make(
      container: Readonly<Record<string, unknown>>,
      files: Readonly<Record<string, string>> = {},
      more: Readonly<Record<string, unknown>> = {},
    ): Ground {
      const with_: ContainerSubject = { ...subject, files: { ...subject.files, ...files } };
      const ground = makeSubjectGround("set", with_, { container: { image: IMAGE, ...container }, ...more });
      grounds.push(ground);
      return ground;
    }

    async function answer(ground: Ground, command: string): Promise<string> {
      const { code, out, err } = await outcome(ground, command);
      return code === 0 ? out.trim() : `${code}: ${out}${err}`;
    }

    function refusal(ground: Ground): unknown {
      return askHook(ground, "true")["permissionDecisionReason"];
    }

    it("are mounts: read-only unless written otherwise, also elsewhere, without what is hidden", async () => {
      const ground = make(
        {
          mounts: [
            { source: "~/data" },
            { source: "~/out", readOnly: false },
            { source: "~/data", target: "/data" },
            { source: "~/out", target: "/out", readOnly: false },
          ],
        },
        { "data/a": "a", "data/secret": "key", "out/b": "b" },
        { filesystem: { denyRead: ["~/data/secret"] } },
      );
      const tries =
        "cat ~/data/a /data/a /out/b; cat ~/data/secret /data/secret; echo c > /out/c; cat ~/out/c";
      const writes = "for f in ~/data/x /data/x; do (echo x > $f) 2>/dev/null && echo $f; done; true";
      expect(await answer(ground, `${tries}; ${writes}`)).toBe("aabc");
      expect(statSync(path.join(ground.home, "out/c")).uid).toBe(subject.account.uid);
    });

    it.each([
      ["mounts", [{ source: "/" }], "would open the sandbox"],
      ["mounts", [{ source: "/var/run" }], "would open the sandbox"],
      ["mounts", [{ source: "/var/run/docker.sock" }], "would open the sandbox"],
      ["mounts", [{ source: "~/nothing" }], "does not exist"],
      ["mounts", [{ source: "~" }], "would open the sandbox"],
      ["mounts", [{ source: "~/.claude" }], "would open the sandbox"],
      ["mounts", [{ source: "/opt", target: "/usr/bin" }], "needs as it is"],
      ["flags", ["--privileged"], "can open the sandbox"],
      ["flags", ["--network=host"], "can open the sandbox"],
      ["ports", ["8080:80"], "has no network"],
      ["caches", ["conda"], "no such cache"],
      ["ulimits", { locks: 5 }, "names locks"],
      ["separate", ["../other"], "relative to the project"],
      [
        "host",
        "tcp://192.0.2.1:2375",
        subject.engine === "docker" ? "a daemon elsewhere cannot mount" : "container.host",
      ],
    ])("are refused by name when they cannot be kept: %s %j", (key, value, reason) => {
      const ground = make({ [key]: value });
      expect(refusal(ground)).toContain(reason);
    });

    it("are variables, limits of each process, flags and a startup script", async () => {
      const ground = make(
        {
          env: { GREETING: 'it\'s "me"\n$HOME', HOMELESS: "" },
          // podman sets the limit of processes too, unless it is named, and a confined machine forbids raising it.
          ulimits: { nofile: { soft: 333, hard: 444 }, nproc: 4000 },
          flags: ["--add-host=db.example.org:192.0.2.7"],
          startup: "~/start.sh",
        },
        { "start.sh": 'export STARTED=yes; twice() { echo "$1$1"; }; echo noise; echo words >&2' },
      );
      const command = 'echo "$GREETING"; ulimit -Hn; grep -c db.example.org /etc/hosts; twice $STARTED';
      const { code, out, err } = await outcome(ground, command);
      expect([code, out]).toEqual([0, 'it\'s "me"\n$HOME\n444\n1\nyesyes\n']);
      expect(err).toContain("noise\nwords\n");
    });

    it("are caches that projects share, and folders that the container has to itself", async () => {
      const settings = { caches: ["npm"], separate: ["node_modules"] };
      const [one, two] = [make(settings), make(settings)];
      mkdirSync(path.join(one.project, "node_modules"));
      writeFileSync(path.join(one.project, "node_modules/host"), "host");
      // The cache belongs to an account's state, which the two have not in common; it is the place that counts.
      expect(
        await answer(one, "echo kept > ~/.npm/x; ls node_modules; echo built > node_modules/inside"),
      ).toBe("");
      expect(await answer(one, "cat ~/.npm/x node_modules/inside")).toBe("kept\nbuilt");
      expect(readFileSync(path.join(one.project, "node_modules/host"), "utf8")).toBe("host");
      expect(await answer(two, "ls -A ~/.npm; touch node_modules/y && echo own")).toBe("own");
      expect(statSync(path.join(two.project, "node_modules")).uid).toBe(subject.account.uid);
      for (const volume of ask(subject, "volume", "ls", "-q").filter((name) =>
        name.startsWith("sandhook-cache-"),
      ))
        ask(subject, "volume", "rm", volume);
    });

    it("are a Dockerfile with the user's own lines on top, built again when it changes", async () => {
      const mark = freshMark();
      const ground = make(
        { image: undefined, dockerfile: "./box.Dockerfile" },
        { ".config/sandhook/Dockerfile": `RUN echo ${mark} > /mine\n` },
      );
      const file = path.join(ground.project, "box.Dockerfile");
      writeFileSync(file, `FROM debian:bookworm-slim\nRUN echo one > /made-${mark}\n`);
      const first = await outcome(ground, `cat /made-${mark} /mine`);
      expect([first.code, first.out]).toEqual([0, `one\n${mark}\n`]);
      expect(first.err).toContain("building the image");
      writeFileSync(file, `FROM debian:bookworm-slim\nRUN echo two > /made-${mark}\n`);
      expect((await outcome(ground, `cat /made-${mark}`)).out).toBe("two\n");
      writeFileSync(file, "FROM debian:bookworm-slim\nRUN exit 3\n");
      const { code, err } = await outcome(ground, "touch canary");
      expect([code, err]).toEqual([125, expect.stringContaining("could not be built from")]);
      for (const image of ask(subject, "images", "-q", "--filter", "label=sandhook.image")) {
        const text = ask(subject, "history", "--no-trunc", "--format", "{{.CreatedBy}}", image).join();
        if (text.includes(mark)) ask(subject, "rmi", "--force", image);
      }
    });

    it("say that a file of a project that is not trusted was set aside", async () => {
      const ground = make({});
      mkdirSync(path.join(ground.project, ".claude"));
      writeFileSync(path.join(ground.project, ".claude/sandbox.bashrc"), "echo from the repository");
      const { out, err } = await outcome(ground, "true");
      expect([out, err]).toEqual(["", expect.stringContaining("sandbox.bashrc is not used")]);
    });

    // For an ordinary user this machine's kernel may have no limits to give.
    const canLimit = subject.name !== "podman-rootless";
    it.runIf(canLimit)("are limits whose name is said when a command meets them", async () => {
      const ground = make({ memory: "64m", pids: 40 });
      const full = await outcome(
        ground,
        "head -c 200000000 /dev/zero | tail -c 150000000 | wc -c; exit ${PIPESTATUS[1]}",
      );
      expect([full.code, full.err]).toEqual([137, expect.stringContaining("sandhook.container.memory")]);
      const crowd = await outcome(ground, "for n in $(seq 60); do sleep 3 & done; exit 1");
      expect(crowd.err).toContain("sandhook.container.pids");
      expect(await outcome(ground, "sleep 3; false")).toEqual({ code: 1, out: "", err: "" });
    });

    it.runIf(canLimit)("leave nothing of a fork bomb that fills its limit", async () => {
      const ground = make({ pids: 200 });
      const mark = freshMark();
      expect(await answer(ground, "echo up")).toContain("up");
      const bomb = `b() { sleep ${mark} & b | b & }; touch up-${mark}; trap '' TERM; b; while :; do sleep ${mark} & b; done`;
      const running = startLine(ground, rewrite(ground, bomb));
      await until(() => processesWith(`sleep\0${mark}`).length > 50);
      process.kill(-running.pid, "SIGKILL");
      await running.ended;
      await until(() => processesWith(mark).length === 0);
      expect(await answer(ground, "echo again")).toBe("again");
    });

    it("are ports that the host reaches, while a server of one call answers the next", async () => {
      const port = 20_000 + Number(freshMark().slice(-4));
      const ground = make({ ports: [`${port}:8000`] }, {}, { network: "open" });
      const server =
        "perl -MIO::Socket::INET -e '$s=IO::Socket::INET->new(LocalPort=>8000,Listen=>9,ReuseAddr=>1) or die $!; while($c=$s->accept){<$c>;<$c>;print $c qq(HTTP/1.0 200 OK\\r\\n\\r\\nhello\\n);close $c}'";
      const read = (to: number): string =>
        `exec 3<>/dev/tcp/127.0.0.1/${to}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3`;
      expect(await answer(ground, `setsid ${server} >/dev/null 2>&1 & sleep 1`)).toBe("");
      expect(await answer(ground, read(8000))).toBe("hello");
      expect(execFileSync("bash", ["-c", read(port)], { encoding: "utf8" })).toBe("hello\n");
    });
  });
}
