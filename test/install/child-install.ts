import { hostPath } from "../../src/core/paths.ts";
import { install } from "../../src/install/install.ts";
import { uninstall } from "../../src/install/uninstall.ts";

// Installs (or uninstalls) for the HOME given, and kills itself like a power cut right after step number `killAfter`.
const [work = "", home = "", project = "", dist = "", killAfter = "0"] = process.argv.slice(2);
const environment = {
  home: hostPath(home),
  claudeConfigDir: undefined,
  cwd: hostPath(project),
  node: process.execPath,
};
let left = Number(killAfter);
const onStep = (): void => {
  left -= 1;
  if (left === 0) process.kill(process.pid, "SIGKILL");
};
if (work === "uninstall") await uninstall({ scope: "user", environment }, onStep);
else {
  const source = { folder: hostPath(dist), version: "1.2.3" };
  await install(
    { scope: "user", environment, source, client: [2, 1, 330], engine: undefined, resident: false },
    onStep,
  );
}
