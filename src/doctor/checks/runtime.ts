import { joinHost } from "../../core/paths.ts";
import { layoutFor } from "../../install/layout.ts";
import { REGISTRATIONS } from "../../install/registration.ts";
import type { Check } from "../context.ts";
import type { Fact } from "../fact.ts";

/** Files of the installed version without which commands are refused. */
const PARTS = [
  "hook",
  "shell-gate",
  "sandhook-run",
  "sweep-placeholders",
  ...REGISTRATIONS.map(({ entry }) => `${entry}.cjs`),
];

const OTHERS = 0o077;

/** Whether the installed product is whole, and its folders are the user's alone. */
export const runtime: Check = {
  name: "runtime",
  find({ host }) {
    const { current, root, state } = layoutFor(host.home);
    const real = host.realPath(current);
    const parts = PARTS.map((name) => joinHost(current, "libexec", name));
    const missing =
      real === undefined ? [current] : parts.filter((file) => (host.inspect(file)?.size ?? 0) === 0);
    const facts: Fact[] = missing.map((path) => ({ kind: "runtime.missing", path }));
    if (real !== undefined && facts.length === 0)
      facts.push({ kind: "runtime.intact", version: real.slice(real.lastIndexOf("/") + 1) });
    for (const folder of [root, ...state]) {
      const mode = host.inspect(folder)?.mode ?? 0;
      if ((mode & OTHERS) !== 0) facts.push({ kind: "runtime.open", folder, mode: mode.toString(8) });
    }
    return facts;
  },
};
