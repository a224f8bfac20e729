// Builds dist/: self-contained bundles, the POSIX sh parts, and the profiles. Needs nothing but Node.
import { createHash } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { shareBuiltins } from "./builtins.mjs";
import { buildHelpers } from "./native.mjs";
import { compileSeccomp, readSeccompRules } from "./seccomp.mjs";

const SCRIPTS = ["hook", "launch", "shell-gate", "sandhook-run", "sweep-placeholders", "watch-container"];
const PARTS = [
  "pre-tool-use",
  "post-tool-use-failure",
  "shell-gate",
  "settings-reader",
  "permission-rules",
  "web-rules",
  "session-start",
  "user-prompt-submit",
  "config-change",
];

// dockerode can reach an engine over SSH; its library has native parts, and remote engines are refused.
const NO_SSH = { ssh2: "./scripts/stubs/no-ssh.cjs" };

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist/libexec", { recursive: true });

const bundle = (entry, outfile, options = {}) =>
  build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.19",
    // jsonc-parser's "main" is a UMD build that no bundler can follow.
    mainFields: ["module", "main"],
    legalComments: "none",
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: "warning",
    ...options,
  });

// CommonJS: on the hot path it starts some milliseconds sooner than an ES module. NAME.js is the part, NAME.cjs what
// starts it: a function like Node's own around a module.
const hook = async (name) => {
  const text = `dist/libexec/${name}.js`;
  await bundle(`hooks/${name}.ts`, text, {
    ...{ format: "cjs", minify: true, charset: "ascii", plugins: [shareBuiltins] },
    banner: { js: "(function(exports,require,module,__filename,__dirname){" },
    footer: { js: "})" },
  });
  const digest = createHash("sha256").update(readFileSync(text)).digest("hex").slice(0, 32);
  const define = { PART: JSON.stringify(name), DIGEST: JSON.stringify(digest) };
  await bundle("hooks/start-compiled.ts", `dist/libexec/${name}.cjs`, {
    format: "cjs",
    minify: true,
    define,
  });
};

// An ES module for its top-level await; the CommonJS libraries inside it need a `require`.
const cli = bundle("src/cli/main.ts", "dist/sandhook.mjs", {
  format: "esm",
  alias: NO_SSH,
  banner: {
    js: '#!/usr/bin/env node\nimport { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
});
const forward = bundle("hooks/forward.ts", "dist/libexec/container/forward.cjs", { format: "cjs" });
// For every Node that a sandbox may have, also much older ones than ours.
const nodeProxy = bundle("hooks/node-proxy.ts", "dist/libexec/container/node-proxy.cjs", {
  format: "cjs",
  target: "node16",
});
const launch = bundle("hooks/plan-launch.ts", "dist/libexec/plan-launch.cjs", {
  format: "cjs",
  alias: NO_SSH,
});
const statusline = bundle("hooks/statusline.ts", "dist/libexec/statusline.cjs", { format: "cjs" });
const network = bundle("hooks/network.ts", "dist/libexec/network.cjs", { format: "cjs" });
const otlp = bundle("hooks/export-otlp.ts", "dist/libexec/export-otlp.cjs", { format: "cjs" });
const resident = bundle("hooks/resident.ts", "dist/libexec/resident.cjs", { format: "cjs" });
const containers = bundle("hooks/ensure-container.ts", "dist/libexec/ensure-container.cjs", {
  format: "cjs",
  alias: NO_SSH,
});

await Promise.all([
  cli,
  containers,
  otlp,
  network,
  launch,
  statusline,
  forward,
  nodeProxy,
  resident,
  ...PARTS.map(hook),
]);
chmodSync("dist/sandhook.mjs", 0o755);
for (const reason of buildHelpers("dist/libexec").skipped)
  console.log(`built without the static helper for ${reason}`);

for (const name of SCRIPTS) {
  cpSync(`hooks/${name}`, `dist/libexec/${name}`);
  chmodSync(`dist/libexec/${name}`, 0o755);
}
for (const folder of ["container", "stand-ins"])
  cpSync(`hooks/${folder}`, `dist/libexec/${folder}`, { recursive: true });
for (const arch of ["x64", "arm64"]) {
  writeFileSync(`dist/libexec/seccomp-${arch}.bpf`, compileSeccomp(readSeccompRules(), arch));
}
cpSync("profiles", "dist/profiles", { recursive: true });
// The official tool for devcontainer.json files: one bundle of its makers, with its licence.
for (const name of [
  ...[
    "devcontainer.js",
    "package.json",
    "LICENSE.txt",
    "ThirdPartyNotices.txt",
    "scripts/updateUID.Dockerfile",
  ],
  "dist/spec-node/devContainersSpecCLI.js",
])
  cpSync(`node_modules/@devcontainers/cli/${name}`, `dist/libexec/devcontainer/${name}`);
