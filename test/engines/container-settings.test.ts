import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  askHook,
  asUser,
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
  removeContainers,
  removeGround,
} from "./subjects.ts";

const IMAGE = "docker.io/library/debian:bookworm-slim";

for (const subject of containerSubjects()) {
  describe(`what the settings add to a container of ${subject.name}`, () => {
    const grounds: Ground[] = [];
    /** Root's podman differs from the two others in its limits alone. */
    const full = subject.name !== "podman";
    /** Its settings are written anew for each refusal; no container is made. */
    let refused: Ground | undefined;
    afterEach(() => {
      for (const ground of grounds.splice(0)) removeGround(subject, ground);
    });
    afterAll(() => {
      if (refused !== undefined) removeGround(subject, refused);
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

    // One container has all that can be had together.
    if (full)
      describe("together", () => {
        let ground: Ground;
        let first: Awaited<ReturnType<typeof outcome>>;
        beforeAll(async () => {
          const container = {
            image: IMAGE,
            mounts: [
              { source: "~/data" },
              { source: "~/out", readOnly: false },
              { source: "~/data", target: "/data" },
              { source: "~/out", target: "/out", readOnly: false },
            ],
            env: { GREETING: 'it\'s "me"\n$HOME', HOMELESS: "" },
            // podman sets the limit of processes too, unless it is named, and a confined machine forbids raising it.
            ulimits: { nofile: { soft: 333, hard: 444 }, nproc: 4000 },
            flags: ["--add-host=db.example.org:192.0.2.7"],
            startup: "~/start.sh",
            caches: ["npm"],
            separate: ["node_modules"],
          };
          const files = {
            "data/a": "a",
            "data/secret": "key",
            "out/b": "b",
            "start.sh": 'export STARTED=yes; twice() { echo "$1$1"; }; echo noise >&2; echo words',
          };
          // Another program with docker's command line, as nerdctl and finch are.
          const tool = 'echo "$@" >> "$HOME/used"; exec /usr/bin/docker "$@"';
          const other = subject.name === "docker" ? { "bin/tool": `#!/bin/sh\n${tool}\n` } : {};
          const with_: ContainerSubject = { ...subject, files: { ...subject.files, ...files, ...other } };
          const more = { container, filesystem: { denyRead: ["~/data/secret"] } };
          ground = makeSubjectGround("set", with_, more);
          if (subject.name === "docker") {
            const command = path.join(ground.home, "bin/tool");
            chmodSync(command, 0o755);
            const settings = {
              sandhook: { ...subject.settings, ...more, container: { ...container, command } },
            };
            writeFileSync(path.join(ground.home, ".claude/settings.json"), JSON.stringify(settings));
          }
          mkdirSync(path.join(ground.project, "node_modules"));
          writeFileSync(path.join(ground.project, "node_modules/host"), "host");
          first = await outcome(ground, "echo up");
        });
        afterAll(() => {
          removeGround(subject, ground);
          for (const volume of ask(subject, "volume", "ls", "-q").filter((name) =>
            name.startsWith("sandhook-cache-"),
          ))
            ask(subject, "volume", "rm", volume);
        });

        it("are a startup script, whose output goes to stderr", async () => {
          expect([first.code, first.out, first.err]).toEqual([0, "up\n", expect.stringContaining("noise\n")]);
          expect(first.err).toContain("words\n");
          expect((await outcome(ground, "twice $STARTED")).out).toBe("yesyes\n");
        });

        it("are mounts: read-only unless written otherwise, also elsewhere, without what is hidden", async () => {
          const tries =
            "cat ~/data/a /data/a /out/b; cat ~/data/secret /data/secret 2>&-; echo c > /out/c; cat ~/out/c";
          const writes = "for f in ~/data/x /data/x; do (echo x > $f) 2>/dev/null && echo $f; done; true";
          expect((await outcome(ground, `${tries}; ${writes}`)).out).toBe("aabc\n");
          expect(statSync(path.join(ground.home, "out/c")).uid).toBe(subject.account.uid);
        });

        if (subject.name === "docker")
          it("are another program with the engine's command line", () => {
            const used = readFileSync(path.join(ground.home, "used"), "utf8");
            expect(used).toMatch(/^create --name sandhook-[^]*^exec -i /m);
          });

        it("are variables, limits of each process and flags", async () => {
          const command = 'echo "$GREETING"; ulimit -Hn; grep -c db.example.org /etc/hosts';
          expect((await outcome(ground, command)).out).toBe('it\'s "me"\n$HOME\n444\n1\n');
        });

        it("are caches that projects share, and folders that each container has to itself", async () => {
          const made =
            "echo kept > ~/.npm/x; ls node_modules; echo built > node_modules/inside; cat node_modules/inside";
          expect((await outcome(ground, made)).out).toBe("built\n");
          expect(readFileSync(path.join(ground.project, "node_modules/host"), "utf8")).toBe("host");
          const project = path.join(ground.root, "other");
          execFileSync("git", ["init", "-q", "-b", "main", project]);
          execFileSync("chown", ["-R", `${subject.account.uid}:${subject.account.gid}`, project]);
          const other = { ...ground, project };
          try {
            const { out, err } = await outcome(
              other,
              "cat ~/.npm/x; ls -A node_modules; touch node_modules/y && echo own",
            );
            expect(out, err).toBe("kept\nown\n");
            expect(statSync(path.join(project, "node_modules")).uid).toBe(subject.account.uid);
          } finally {
            removeContainers(subject, other);
          }
        });
      });

    const REFUSED = [
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
    ] as const;
    const HOST = [
      "host",
      "tcp://192.0.2.1:2375",
      subject.engine === "docker" ? "a daemon elsewhere cannot mount" : "container.host",
    ] as const;
    if (full)
      it.each([...(subject.name === "docker" ? REFUSED : []), HOST])(
        "are refused by name when they cannot be kept: %s %j",
        (key, value, reason) => {
          refused ??= makeSubjectGround("refused", subject);
          const settings = { sandhook: { ...subject.settings, container: { image: IMAGE, [key]: value } } };
          writeFileSync(path.join(refused.home, ".claude/settings.json"), JSON.stringify(settings));
          expect(askHook(refused, "true")["permissionDecisionReason"]).toContain(reason);
        },
      );

    if (full)
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
        // What follows is the same for every engine, and builds take long.
        if (subject.name === "docker") {
          writeFileSync(file, `FROM debian:bookworm-slim\nRUN echo two > /made-${mark}\n`);
          expect((await outcome(ground, `cat /made-${mark}`)).out).toBe("two\n");
          writeFileSync(file, "FROM debian:bookworm-slim\nRUN exit 3\n");
          const { code, err } = await outcome(ground, "touch canary");
          expect([code, err]).toEqual([125, expect.stringContaining("could not be built from")]);
        }
        for (const image of ask(subject, "images", "-q", "--filter", "label=sandhook.image")) {
          const text = ask(subject, "history", "--no-trunc", "--format", "{{.CreatedBy}}", image).join();
          if (text.includes(mark)) ask(subject, "rmi", "--force", image);
        }
      });

    // For an ordinary user this machine's kernel may have no limits to give.
    const canLimit = subject.name !== "podman-rootless";
    if (canLimit)
      it("are limits whose name is said when a command meets them, and a fork bomb leaves nothing", async () => {
        const ground = make({ memory: "128m", pids: 120 });
        const memory = await outcome(
          ground,
          "head -c 300000000 /dev/zero | tail -c 250000000 | wc -c; exit ${PIPESTATUS[1]}",
        );
        expect([memory.code, memory.err]).toEqual([
          137,
          expect.stringContaining("sandhook.container.memory"),
        ]);
        const crowd = await outcome(ground, "for n in $(seq 160); do sleep 3 & done; exit 1");
        expect(crowd.err).toContain("sandhook.container.pids");
        expect(await outcome(ground, "sleep 3; false")).toEqual({ code: 1, out: "", err: "" });
        const mark = freshMark();
        const bomb = `b() { sleep ${mark} & b | b & }; touch up-${mark}; trap '' TERM; b; while :; do sleep ${mark} & b; done`;
        const running = startLine(ground, rewrite(ground, bomb));
        await until(() => processesWith(`sleep\0${mark}`).length > 30);
        process.kill(-running.pid, "SIGKILL");
        await running.ended;
        await until(() => processesWith(mark).length === 0);
        expect(await answer(ground, "echo again")).toBe("again");
      });

    if (full)
      it("are ports that the host reaches, while a server of one call answers the next", async () => {
        const port = 20_000 + Number(freshMark().slice(-4));
        const ground = make({ ports: [`${port}:8000`] }, {}, { network: "open" });
        mkdirSync(path.join(ground.project, ".claude"));
        writeFileSync(path.join(ground.project, ".claude/sandbox.bashrc"), "echo from the repository");
        const server =
          "perl -MIO::Socket::INET -e '$s=IO::Socket::INET->new(LocalPort=>8000,Listen=>9,ReuseAddr=>1) or die $!; while($c=$s->accept){<$c>;<$c>;print $c qq(HTTP/1.0 200 OK\\r\\n\\r\\nhello\\n);close $c}'";
        const read = (to: number): string =>
          `exec 3<>/dev/tcp/127.0.0.1/${to}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3`;
        const started = await outcome(
          ground,
          `setsid ${server} >/dev/null 2>&1 & until (${read(8000)}) 2>/dev/null | grep -q hello; do sleep 0.1; done`,
        );
        // A file of a project that nobody trusts is set aside, and that is said.
        expect([started.code, started.out, started.err]).toEqual([
          0,
          "",
          expect.stringContaining("sandbox.bashrc is not used"),
        ]);
        expect(await answer(ground, read(8000))).toBe("hello");
        const words = [
          "env",
          `HOME=${ground.home}`,
          "node",
          `${ground.home}/.local/share/sandhook/current/sandhook.mjs`,
        ];
        const [file = "", ...args] = asUser(ground, [...words, "status"]);
        const status = execFileSync(file, args, { cwd: ground.project, encoding: "utf8" });
        expect(status).toContain(
          `    published: 127.0.0.1:${port}:8000\n    listening: 8000\n    perl -MIO::Socket::INET`,
        );
        expect(execFileSync("bash", ["-c", read(port)], { encoding: "utf8" })).toBe("hello\n");
      });
  });
}
