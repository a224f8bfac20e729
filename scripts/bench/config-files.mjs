// What ten settings files cost a call over one. The organisation's lie in /etc, so both arms see an /etc of their own.
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeUser } from "./user.mjs";

/** What the hook and its interpreter read in /etc. */
const KEPT = ["passwd", "group", "ld.so.cache", "nsswitch.conf", "localtime", "resolv.conf", "hosts"];

function makeEtc({ root }) {
  const etc = path.join(root, "etc");
  mkdirSync(path.join(etc, "claude-code/managed-settings.d"), { recursive: true });
  for (const name of KEPT)
    if (existsSync(`/etc/${name}`)) cpSync(`/etc/${name}`, path.join(etc, name), { dereference: true });
  return etc;
}

const writeSettings = (file, sandhook) => {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ sandhook }, undefined, 2));
};

/** Seven of the organisation's beside the user's, the project's and the local one. */
function writeNineMore({ project }, etc) {
  const managed = path.join(etc, "claude-code");
  writeSettings(path.join(managed, "managed-settings.json"), {
    audit: { commands: "text" },
    filesystem: { denyRead: ["/srv/keys"], denyWrite: ["~/notes"] },
  });
  for (const number of [0, 1, 2, 3, 4, 5])
    writeSettings(path.join(managed, `managed-settings.d/${number}0-part.json`), {
      filesystem: { denyRead: [`/srv/${number}/keys`], denyWrite: [`/srv/${number}`] },
      env: { deny: [`TEAM_${number}_*`] },
    });
  writeSettings(path.join(project, ".claude/settings.json"), { env: { deny: ["APP_*"] } });
  writeSettings(path.join(project, ".claude/settings.local.json"), { filesystem: { denyRead: ["notes"] } });
}

export function measureConfigFiles({ pair, rounds }) {
  const arm = (more) => {
    const user = makeUser({ engine: "bubblewrap" });
    const etc = makeEtc(user);
    if (more) writeNineMore(user, etc);
    const words = ["bwrap", "--dev-bind", "/", "/", "--bind", etc, "/etc", "--", ...user.hookWords];
    return () => user.askHook(words).time;
  };
  return pair("ten settings files in a hook call, over one", {
    ...{ base: arm(false), ours: arm(true) },
    ...{ goal: "3 ms", unit: "added", rounds },
  });
}
