/** What a failed command's output says about why it failed; nothing is concluded yet. */
export type Clue =
  /** Something could not be changed. `texts`: what may be the path, likeliest first. */
  | { readonly kind: "unwritable"; readonly texts: readonly string[] }
  /** Something was not there, or could not be read. */
  | { readonly kind: "unreadable"; readonly texts: readonly string[] }
  /** A name could not be resolved, or nothing leads there. */
  | { readonly kind: "unreachable"; readonly host: string | undefined }
  /** The runner's own word that it did not start the command. `code`: of the failure, where the runner says it. */
  | { readonly kind: "not-started"; readonly code: string | undefined }
  /** The supervisor's own word that the container's limit was met. */
  | { readonly kind: "limit"; readonly limit: "memory" | "pids" }
  /** The runner's own word that the container went away under the command. */
  | { readonly kind: "container-gone" };

/** Lines at the end that are looked at: what ended a command stands there. */
const LINES = 40;
const LONGEST_LINE = 5_000;

const UNWRITABLE = /(?:read-only file system|EROFS|device or resource busy|EBUSY)/i;
const UNREADABLE = /(?:no such file or directory|permission denied|ENOENT|EACCES)/i;

/** Programs that say so of a host, with the host; each begins its line with its name, as no quoted text does. */
const UNREACHABLE: readonly RegExp[] = [
  /^curl: \(\d+\) Could not resolve host: (\S+)/,
  /^curl: \(\d+\) Failed to connect to (\S+) port \d+.*(?:Network is unreachable|Couldn't connect to server)/,
  /^wget: (?:unable to resolve host address|bad address) [‘'"]?([^\s’'"]+)/,
  /^fatal: unable to access '[a-z]+:\/\/([^/:']+).*': Could not resolve host/,
  /^ssh: Could not resolve hostname (\S+?):/,
  /^npm (?:error|ERR!).*request to https?:\/\/([^/:\s]+).* failed, reason: getaddrinfo (?:EAI_AGAIN|ENOTFOUND)/,
  /^npm (?:error|ERR!) (?:errno|code) (?:EAI_AGAIN|ENOTFOUND)()/,
  /^ping: (\S+): (?:Temporary failure in name resolution|Name or service not known)/,
  /^ERROR: Could not find a version that satisfies the requirement \S+ \(from versions: none\)()$/,
  /^(?:Err|W|E): .*Temporary failure resolving '([^']+)'/,
];

/** Text between quotes, then the parts between colons nearest to the complaint; words that cannot be paths fall away later. */
function pathTexts(line: string): string[] {
  const quoted = [...line.matchAll(/'([^']+)'|"([^"]+)"|‘([^’]+)’|`([^`]+)`/g)].map((match) =>
    match.slice(1).join(""),
  );
  const parts = line.split(/: ?/).map((part) => part.trim());
  const words = parts.map((part) => part.split(/\s/).at(-1) ?? "");
  return [...quoted, ...parts.reverse(), ...words.reverse()].filter((text) => text !== "");
}

const LIMIT =
  /^sandhook: the container (?:was out of memory|had too many processes), .* Its limit is sandhook\.container\.(memory|pids)\.$/;
const NOT_STARTED = /^sandhook: the command was not run: .*?(?: \[([a-z-]+\.[a-z-]+)\])?$/;
const GONE = /^sandhook: the project's container ended while the command ran /;

/** What programs of ours say beside the command, word for word. */
function ownWord(line: string): Clue | undefined {
  const started = NOT_STARTED.exec(line);
  if (started !== null) return { kind: "not-started", code: started[1] };
  const limit = LIMIT.exec(line)?.[1];
  if (limit !== undefined) return { kind: "limit", limit: limit === "memory" ? "memory" : "pids" };
  return GONE.test(line) ? { kind: "container-gone" } : undefined;
}

function cluesOfLine(line: string): Clue[] {
  const own = ownWord(line);
  if (own !== undefined) return [own];
  for (const pattern of UNREACHABLE) {
    const host = pattern.exec(line)?.[1];
    if (host !== undefined) return [{ kind: "unreachable", host: host === "" ? undefined : host }];
  }
  if (UNWRITABLE.test(line)) return [{ kind: "unwritable", texts: pathTexts(line) }];
  if (UNREADABLE.test(line)) return [{ kind: "unreadable", texts: pathTexts(line) }];
  return [];
}

/** Every clue in a failed command's output, the last lines only. Pure. */
export function findClues(output: string): Clue[] {
  const lines = output.split("\n").map((line) => line.trim());
  const clues = lines
    .filter((line) => line !== "" && line.length < LONGEST_LINE)
    .slice(-LINES)
    .flatMap(cluesOfLine);
  // The runner's and the gate's exit codes for a command that was not run.
  return /^Exit code 12[56]\b/.test(output) ? clues : clues.filter(({ kind }) => kind !== "not-started");
}
