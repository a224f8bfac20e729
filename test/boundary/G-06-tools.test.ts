import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, type Ground } from "../engines/ground.ts";
import { networkSubjects } from "../support/network-world/subjects.ts";
import { hasSshServer, startToolWorld, type ToolWorld } from "../support/tool-world/world.ts";

const SUBJECTS = networkSubjects().filter(({ name }) => name === "bubblewrap" || name === "docker");

interface Tool {
  readonly name: string;
  /** What has to be there; the small Java program needs its compiler too. */
  readonly needs: string;
  /** Prints what it fetched from a host that is called `<kind>.test`, or is not on the list. */
  readonly fetch: (host: string) => string;
  readonly host: string;
  readonly fetched: string;
}

const JAVA = `import java.net.*;
public class Fetch { public static void main(String[] a) throws Exception {
  try (var in = new URL(a[0]).openStream()) { in.transferTo(System.out); } } }
`;
const APT = [
  "mkdir -p apt/lists/partial apt/cache/archives/partial",
  `options="-qq -o Dir::Etc::sourcelist=$PWD/apt/list -o Dir::Etc::sourceparts=/dev/null -o Dir::State=$PWD/apt -o Dir::Cache=$PWD/apt/cache"`,
  "apt-get $options update && apt-get $options download hello-tool && dpkg-deb --fsys-tarfile hello-tool*.deb | tar xO ./usr/share/hello",
].join("\n");
const node = (script: string): string => `node -e '${script}'`;

const TOOLS: readonly Tool[] = [
  {
    name: "curl",
    needs: "curl",
    host: "web",
    fetched: "the web",
    fetch: (host) => `curl -sSf https://${host}/`,
  },
  {
    name: "wget",
    needs: "wget",
    host: "web",
    fetched: "the web",
    fetch: (host) => `wget -nv -O- https://${host}/`,
  },
  {
    ...{ name: "git over https", needs: "git", host: "git", fetched: "git" },
    fetch: (host) => `git clone -q https://${host}/repo.git . && cat file`,
  },
  {
    ...{ name: "git over ssh", needs: "ssh", host: "git", fetched: "git" },
    fetch: (host) =>
      `export GIT_SSH_COMMAND="$GIT_SSH_COMMAND -F /tmp/ssh_config"; git clone -q ssh://${host}/repo . && cat file`,
  },
  {
    ...{ name: "npm", needs: "npm", host: "npm", fetched: "npm" },
    fetch: (host) =>
      `echo '{}' > package.json; npm install --cache cache --fetch-retries 0 --registry https://${host}/ hello-tool >&2 && cat node_modules/hello-tool/hello`,
  },
  {
    ...{ name: "pip", needs: "pip3", host: "pip", fetched: "pip" },
    fetch: (host) =>
      `python3 -m pip install --retries 0 -q --target . --index-url https://${host}/simple hello-tool >&2 && sed 's/^# //' hello_tool.py`,
  },
  {
    ...{ name: "apt", needs: "apt-get", host: "deb", fetched: "apt" },
    fetch: (host) => `mkdir apt; echo 'deb [trusted=yes] http://${host}/ ./' > apt/list; ${APT}`,
  },
  {
    ...{ name: "Node's fetch", needs: "node", host: "web", fetched: "the web" },
    fetch: (host) =>
      node(`fetch("https://${host}/").then((r) => r.text()).then((t) => process.stdout.write(t))`),
  },
  {
    ...{ name: "Node's https", needs: "node", host: "web", fetched: "the web" },
    fetch: (host) => node(`require("https").get("https://${host}/", (r) => r.pipe(process.stdout))`),
  },
  {
    ...{ name: "the JVM", needs: "javac", host: "web", fetched: "the web" },
    fetch: (host) => `java /tmp/Fetch.java http://${host}/`,
  },
];

/** Every tool at once, each in a folder of its own, first at its host and then at one that is not on the list. */
const SCRIPT = [
  // Neither is what tools make of a path with a space in it the question, nor what they make of the project.
  'cp ca.pem key known_hosts ssh_config Fetch.java /tmp; chmod 600 /tmp/key; out=$PWD/out; mkdir "$out"',
  "for name in GIT_SSL_CAINFO NODE_EXTRA_CA_CERTS PIP_CERT npm_config_cafile CURL_CA_BUNDLE; do export $name=/tmp/ca.pem; done",
  "echo 'ca_certificate = /tmp/ca.pem' > /tmp/wgetrc; export WGETRC=/tmp/wgetrc",
  ...TOOLS.flatMap(({ needs, fetch, host }, n) =>
    [`${host}.test`, `${host}.elsewhere.test`].map((name, twin) => {
      const run = `command -v ${needs} >/dev/null || { echo lacks; exit; }\n${fetch(name)}`;
      return `mkdir -p /tmp/${n}-${twin} && (cd /tmp/${n}-${twin}\n${run}\n) >"$out/${n}-${twin}" 2>"$out/${n}-${twin}.err" </dev/null &`;
    }),
  ),
  'echo "$NODE_OPTIONS" >"$out/options"',
  "wait",
].join("\n");

describe.each(SUBJECTS)("tools behind an allow-list under $name", ({ makeGround, cleanUp }) => {
  let ground: Ground;
  let world: ToolWorld;

  beforeAll(async () => {
    ground = makeGround("none");
    world = await startToolWorld(ground);
    const network = {
      ...{ mode: "allowlist", presets: [], proxyCommand: world.proxyCommand },
      allowedDomains: ["web.test", "git.test", "git.test:22", "npm.test", "pip.test", "deb.test"],
    };
    const env = { set: { NODE_OPTIONS: "--title=mine" } };
    const settings = { sandhook: { ...ground.settings, network, env } };
    writeFileSync(path.join(ground.home, ".claude/settings.json"), JSON.stringify(settings));
    writeFileSync(path.join(ground.project, "Fetch.java"), JAVA);
    expect((await call(ground, SCRIPT)).code).toBe(0);
  });
  afterAll(() => {
    world.close();
    cleanUp(ground);
  });

  const read = (name: string): string => readFileSync(path.join(ground.project, "out", name), "utf8");

  it.for(TOOLS.map((tool, n) => ({ ...tool, n })))("G-06 $name", ({ n, name, fetched }, { skip }) => {
    const out = read(`${n}-0`);
    skip(out === "lacks\n", "the image or machine does not have it");
    skip(name === "git over ssh" && !hasSshServer, "no sshd");
    expect(out, read(`${n}-0.err`)).toBe(`hello of ${fetched}\n`);
    expect(read(`${n}-1`)).toBe("");
  });

  it("keep what is set for Node", () => {
    expect(read("options")).toBe("--title=mine --require=/run/sandhook/bin/node-proxy.cjs\n");
  });

  it("G-06 reach nothing that is not on the list", () => {
    expect(world.asked().filter((place) => place.includes("elsewhere"))).toEqual([]);
    expect(new Set(world.asked())).toContain("npm.test:443");
  });
});
