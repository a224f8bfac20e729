import { layoutFor } from "../../install/layout.ts";
import type { Check } from "../context.ts";

/** `^20.19.0 || ^22.12.0 || >=24` */
function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major >= 24 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
}

/** Whether the Node that the hook is started with still starts; version managers take them away. */
export const node: Check = {
  name: "node",
  async find({ host, run }) {
    const link = layoutFor(host.home).node;
    if (host.inspect(link) === undefined) return [];
    const { exitCode, stdout, stderr } = await run(link, ["--version"]);
    const version = stdout.trim().replace(/^v/, "");
    const program = host.realPath(link) ?? link;
    if (exitCode !== 0 || !/^\d+\.\d+\.\d+/.test(version)) {
      return [{ kind: "node.dead", link, reason: stderr.trim() || `exit code ${exitCode}` }];
    }
    return [{ kind: isSupported(version) ? "node.alive" : "node.old", program, version }];
  },
};
