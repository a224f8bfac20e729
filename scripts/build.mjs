// Builds dist/: self-contained bundles, the POSIX sh parts, and the profiles. Needs nothing but Node.
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { compileSeccomp, readSeccompRules } from "./seccomp.mjs";

const SCRIPTS = ["hook", "sandhook-run", "sweep-placeholders", "watch-container"];

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist/libexec", { recursive: true });

const bundle = (entry, outfile, options = {}) =>
  build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    // The UMD build of jsonc-parser requires its parts by names that no bundler can see.
    mainFields: ["module", "main"],
    target: "node20.19",
    legalComments: "none",
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: "warning",
    ...options,
  });

// CommonJS: on the hot path it starts some milliseconds sooner than an ES module.
const hook = (name) => bundle(`hooks/${name}.ts`, `dist/libexec/${name}.cjs`, { format: "cjs" });

await Promise.all(
  ["pre-tool-use", "settings-reader"].filter((name) => existsSync(`hooks/${name}.ts`)).map(hook),
);
await bundle("hooks/ensure-container.ts", "dist/libexec/ensure-container.cjs", {
  format: "cjs",
  alias: { ssh2: "./scripts/stubs/no-ssh.cjs" },
});

for (const name of SCRIPTS) {
  cpSync(`hooks/${name}`, `dist/libexec/${name}`);
  chmodSync(`dist/libexec/${name}`, 0o755);
}
cpSync("hooks/container", "dist/libexec/container", { recursive: true });
for (const arch of ["x64", "arm64"]) {
  writeFileSync(`dist/libexec/seccomp-${arch}.bpf`, compileSeccomp(readSeccompRules(), arch));
}
cpSync("profiles", "dist/profiles", { recursive: true });
