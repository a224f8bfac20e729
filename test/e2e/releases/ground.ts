import { readFileSync } from "node:fs";
import { join } from "node:path";
import { installManaged } from "../../support/managed-install.ts";
import { installProduct, runSandhook } from "../../support/installed.ts";
import type { StandInMachine } from "../../support/managed-install.ts";
import { OLDEST_RELEASE } from "../../support/client-release.ts";
import { makeTempHome, type TempHome, writeFile } from "../../support/temp-home.ts";

export type CellScope = "user" | "managed";

/** Where one cell of the matrix is played. */
export interface Ground {
  readonly user: TempHome;
  readonly release: string;
  readonly scope: CellScope;
  /** Made by whatever runs outside of the sandbox. It lies in the user's home, which no command inside can write. */
  readonly canary: string;
  /** Made by code of the repository that a process of the client's own ran: no command, and no door of ours. */
  readonly foreignCode: string;
  /** The installation's state, on the machine as it is. */
  readonly state: string;
  readonly libexec: string;
  readonly machine: StandInMachine | undefined;
}

export type Settings = {
  hooks?: Record<string, unknown[]>;
  env?: Record<string, string>;
} & Record<string, unknown>;

/** Settings that an administrator is told to use where nobody is trusted; the minimum version is enforced by newer clients. */
const MANAGED_FLAGS = ["--only-managed-hooks"];

/** Makes a user with an installation; `engine` undefined: nothing is installed. */
export function makeGround(release: string, scope: CellScope, engine: string | undefined): Ground {
  const user = makeTempHome({ git: true });
  const state = join(user.home, ".local/share/sandhook");
  const ground = {
    user,
    release,
    scope,
    canary: join(user.home, "canary"),
    foreignCode: join(user.home, "foreign-code"),
    state,
  };
  if (scope === "managed") {
    const machine = installManaged(user, MANAGED_FLAGS);
    // The oldest release reads no drop-ins: the same settings reach it as the main file.
    if (release === OLDEST_RELEASE) {
      const settings = runSandhook(user, ["managed", "export", "--format", "json", ...MANAGED_FLAGS]);
      writeFile(join(machine.managed, "managed-settings.json"), settings);
    }
    return { ...ground, machine, libexec: join(machine.managedRuntime, "current/libexec") };
  }
  if (engine !== undefined) installProduct(user, { engine, clientVersion: release });
  return { ...ground, machine: undefined, libexec: join(state, "current/libexec") };
}

export const userSettings = ({ user }: Ground): string => join(user.home, ".claude/settings.json");

/** Changes the user's settings file. */
export function editUserSettings(ground: Ground, edit: (settings: Settings) => Settings): void {
  const file = userSettings(ground);
  writeFile(file, edit(JSON.parse(readFileSync(file, "utf8")) as Settings));
}

/** The settings file that a repository commits. */
export function writeProjectSettings({ user }: Ground, settings: unknown): void {
  writeFile(join(user.project, ".claude/settings.json"), settings);
}

/** Process lines of ours: whatever runs below one runs through a door. The client's own shells have our paths in their text. */
const OURS = '"/bin/sh /"*/libexec/*|"/bin/sh -c [ -r "*|*/node" --no-rehash"*';

/**
 * A program that the repository's code calls to leave its mark: `canary` when it was started through a door of ours,
 * else `foreignCode`, since then a process of the client's own has started it. It trusts nothing of its environment.
 */
export function writeMarker({ user, canary, foreignCode }: Ground): string {
  const file = join(user.project, "marker");
  const lines = [
    "#!/usr/bin/env -S -i /bin/bash -p",
    "mark='" + foreignCode + "'",
    "at=$PPID",
    'while [ "$at" -gt 1 ]; do',
    `  case "$(/usr/bin/tr '\\0' ' ' < /proc/$at/cmdline)" in ${OURS}) mark='${canary}' ;; esac`,
    "  read -r stat < /proc/$at/stat; stat=${stat##*) }; set -- $stat; at=$2",
    "done",
    '/usr/bin/touch "$mark" 2>/dev/null',
  ];
  writeFile(file, `${lines.join("\n")}\n`, 0o755);
  return file;
}

/** An executable of the repository that leaves a mark, then does what `rest` says. */
export function writeEvil(ground: Ground, name: string, rest: string): string {
  const file = join(ground.user.project, name);
  writeFile(file, `#!/bin/bash -p\n'${writeMarker(ground)}'\n${rest}\n`, 0o755);
  return file;
}
