/** What an attempt goes for; one file of `attempts/` each. */
export type Topic =
  | "writing"
  | "secrets"
  | "links"
  | "git"
  | "settings"
  | "environment"
  | "processes"
  | "network"
  | "sockets"
  | "privilege"
  | "state";

/**
 * How it is seen that an attempt got out. Paths are relative to the throw-away world: `home/…`, `project/…`, `out/…`.
 * Everything but `done` is looked at from the host, or is a secret that only the host knows.
 */
export type Evidence =
  /** The host's file holds the attempt's name. */
  | { readonly kind: "marked"; readonly file: string }
  /** What was planted there is no longer the same: content, kind or mode. */
  | { readonly kind: "altered"; readonly file: string }
  /** The attempt's output holds the secret of that name; see `secretOf`. */
  | { readonly kind: "printed"; readonly secret: string }
  /** One of the verifier's listeners got the attempt's name. */
  | { readonly kind: "arrived" }
  /** The verifier's own process of that name is gone. */
  | { readonly kind: "ended"; readonly bait: string }
  /** The attempt ended well; only for what a sandbox never does, not even to itself. */
  | { readonly kind: "done" };

/** One attack as data: a piece of bash, and what shows that it got out. */
export interface Attempt {
  /** Stable, e.g. `writing.home`. */
  readonly id: string;
  readonly topic: Topic;
  /** What it does, as the end of "a command …". */
  readonly title: string;
  /** Runs in a subshell in the project; the functions and variables are those of attack-script.ts. */
  readonly script: string;
  readonly evidence: Evidence;
  /** Programs without which it shows nothing. */
  readonly needs: readonly string[];
}

type Row = readonly [name: string, title: string, script: string, evidence: Evidence, ...needs: string[]];

/** The attempts of one topic. */
export function attemptsOf(topic: Topic, rows: readonly Row[]): Attempt[] {
  return rows.map(([name, title, script, evidence, ...needs]) => ({
    id: `${topic}.${name}`,
    topic,
    title,
    script,
    evidence,
    needs,
  }));
}

export const marked = (file: string): Evidence => ({ kind: "marked", file });
export const altered = (file: string): Evidence => ({ kind: "altered", file });
export const printed = (secret: string): Evidence => ({ kind: "printed", secret });
export const ended = (bait: string): Evidence => ({ kind: "ended", bait });
export const arrived: Evidence = { kind: "arrived" };
export const done: Evidence = { kind: "done" };
