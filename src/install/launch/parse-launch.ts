import { distance } from "fastest-levenshtein";
import type { SandhookSettings } from "../../config/schema.ts";
import { InputError } from "../../core/errors.ts";

/** What a person asked for on the command line. */
export interface LaunchRequest {
  /** False for `--no-sandbox`. */
  readonly sandboxed: boolean;
  /** The session's options in the vocabulary of the settings. */
  readonly sandhook: SandhookSettings;
  /** What the real client gets, untouched. */
  readonly clientArgs: readonly string[];
}

const ENGINES = ["auto", "docker", "podman", "bubblewrap", "seatbelt"] as const;
const NETWORKS = ["none", "allowlist", "open"] as const;
const OFF = ["0", "off", "no", "false"];
const ON = ["1", "on", "yes", "true"];

function nearest(word: string, known: readonly string[]): string {
  const [best = ""] = [...known].sort((one, other) => distance(word, one) - distance(word, other));
  return best;
}

function oneOf<T extends string>(known: readonly T[], flag: string, value: string): T {
  const found = known.find((name) => name === value);
  if (found !== undefined) return found;
  throw new InputError({
    code: "launch.value",
    message: `${flag} has no value ${JSON.stringify(value)}; its values are ${known.join(", ")}`,
    hint: `Did you mean ${flag}=${nearest(value, known)}?`,
  });
}

/** The variable in the user's own environment. It can turn the sandbox on or name the engine, never turn it off. */
function readVariable(value: string): SandhookSettings {
  if (OFF.includes(value)) {
    throw new InputError({
      code: "launch.no-switch",
      message: `SANDHOOK=${value}: a variable cannot switch the sandbox off`,
      hint: "Type it for the session that needs it: sandhook claude --no-sandbox",
    });
  }
  return ON.includes(value) ? {} : { engine: oneOf(ENGINES, "SANDHOOK", value) };
}

interface Flag {
  readonly name: string;
  readonly value: string | undefined;
}

function readFlag(word: string): Flag {
  const at = word.indexOf("=");
  return at < 0 ? { name: word, value: undefined } : { name: word.slice(0, at), value: word.slice(at + 1) };
}

interface State {
  sandboxed: boolean | undefined;
  engine: (typeof ENGINES)[number] | undefined;
  profile: string | undefined;
  network: (typeof NETWORKS)[number] | undefined;
}

function conflict(): InputError {
  return new InputError({
    code: "launch.conflict",
    message: "--no-sandbox does not go with --sandbox, --profile or --network",
    hint: "Leave one of them out.",
  });
}

function required({ name, value }: Flag, next: string | undefined): string {
  const given = value ?? next;
  if (given !== undefined && given !== "" && given !== "--") return given;
  throw new InputError({
    code: "launch.no-value",
    message: `${name} needs a value`,
    hint: "For example: sandhook claude --network none --profile strict -- -p hello",
  });
}

/** Takes one of our options off the front of the words; gives how many words it was, 0 for none of ours. */
function takeOption(words: readonly string[], state: State): number {
  const flag = readFlag(words[0] ?? "");
  const used = flag.value === undefined ? 2 : 1;
  switch (flag.name) {
    case "--sandbox":
      state.sandboxed = conflicting(state.sandboxed, true);
      if (flag.value !== undefined) state.engine = oneOf(ENGINES, "--sandbox", flag.value);
      return 1;
    case "--no-sandbox":
      if (flag.value !== undefined) return 0;
      state.sandboxed = conflicting(state.sandboxed, false);
      return 1;
    case "--profile":
      state.profile = required(flag, words[1]);
      return used;
    case "--network":
      state.network = oneOf(NETWORKS, "--network", required(flag, words[1]));
      return used;
    default:
      return 0;
  }
}

function conflicting(before: boolean | undefined, now: boolean): boolean {
  if (before !== undefined && before !== now) throw conflict();
  return now;
}

/**
 * Reads the words after `sandhook claude`, or after the `claude` of the shim. Our options come first; from the first
 * other word on everything is the client's, so that a flag of the same name further back, such as a browser's
 * `--no-sandbox` behind `mcp add`, is never ours.
 * @throws InputError `launch.*`
 */
export function parseLaunch(words: readonly string[], variable: string | undefined): LaunchRequest {
  const state: State = { sandboxed: undefined, engine: undefined, profile: undefined, network: undefined };
  let at = 0;
  for (let used = 1; used > 0; at += used) used = takeOption(words.slice(at), state);
  if (words[at] === "--") at += 1;
  const clientArgs = words.slice(at);
  const { sandboxed = true, engine, profile, network } = state;
  if (!sandboxed) {
    if ([engine, profile, network].some((given) => given !== undefined)) throw conflict();
    return { sandboxed, sandhook: { enabled: false }, clientArgs };
  }
  const wished =
    engine === undefined && state.sandboxed === undefined && variable ? readVariable(variable) : {};
  return {
    sandboxed,
    sandhook: {
      enabled: true,
      ...wished,
      ...(engine === undefined ? {} : { engine }),
      ...(profile === undefined ? {} : { profile }),
      ...(network === undefined ? {} : { network: { mode: network } }),
    },
    clientArgs,
  };
}

/** Ways to start a session that then lives in another process, where its options cannot follow. */
const DETACHING = ["--bg", "--background", "--tmux", "--cloud", "--desktop", "--teleport", "--environment"];

/**
 * Refuses what would run the session elsewhere than in the process that we start.
 * @throws InputError `launch.detached`
 */
export function refuseDetached(clientArgs: readonly string[]): void {
  const end = clientArgs.indexOf("--");
  const own = end < 0 ? clientArgs : clientArgs.slice(0, end);
  const found = own.find((word) => DETACHING.includes(readFlag(word).name));
  if (found === undefined) return;
  throw new InputError({
    code: "launch.detached",
    message: `${found} moves the session to another process, where the options of this command do not count`,
    hint: `Leave ${found} out; or write the options to your settings and start claude itself.`,
  });
}
