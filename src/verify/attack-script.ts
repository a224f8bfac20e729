import { quote } from "../rewrite/quote.ts";
import type { Attempt } from "./attempt.ts";

/** What an attempt ended with, and what it printed. */
export interface Trace {
  /** Its exit status, or the programs that it lacked. */
  readonly end:
    | { readonly kind: "status"; readonly status: number }
    | { readonly kind: "lacks"; readonly program: string };
  readonly output: string;
}

/**
 * What attempts are written in: `mark FILE` leaves the attempt's name in a file, `reach KIND HOST PORT [TEXT]` sends it
 * to a listener and waits for an answer, `dial SOCKET` does so on a unix socket, `knock SOCKET` only connects.
 */
const VOCABULARY = String.raw`
mark() { printf '%s\n' "$ID" >>"$1"; }
has() { command -v "$1" >/dev/null 2>&1; }
within() { if has timeout; then timeout 4 "$@"; else "$@"; fi; }
reach() { within bash -c 'exec 3<>"/dev/$1/$2/$3" && printf "%s\n" "$4" >&3 && read -r -t 3 -n 1 -u 3' reach "$1" "$2" "$3" "\${4-$ID}"; }
dial() { within perl -MSocket -e '$n = $ARGV[0] =~ s/^@/\0/r; socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, pack_sockaddr_un($n)) or exit 1; syswrite(S, "$ARGV[1]\n"); sysread(S, $x, 1) or exit 1' "$1" "$ID"; }
knock() { within perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, pack_sockaddr_un($ARGV[0])) or exit 1' "$1"; }
gateways() {
	while read -r _ to by _; do [ "$to" != 00000000 ] || [ "$by" = 00000000 ] || printf '%d.%d.%d.%d\n' "0x\${by:6:2}" "0x\${by:4:2}" "0x\${by:2:2}" "0x\${by:0:2}"; done </proc/net/route | grep -vxF "$ROUTERS"
	grep -ohE 'host\.(docker|containers)\.internal' /etc/hosts
}
end() { printf '\n%s %s %s\n' "$MARK" "$ID" "$1"; }
cd "$PROJECT" || exit 1
mkdir -p sub
`.replaceAll("\\$", "$");

function renderAttempt({ id, script, needs }: Attempt): string {
  const tests = needs.map((program) => `has ${program} || lacks=${program}`).join("; ");
  return [
    `ID=${quote(id)} lacks=${tests === "" ? "" : `; ${tests}`}`,
    `if [ -n "$lacks" ]; then end "lacks $lacks"; else`,
    "(",
    script,
    ") </dev/null 2>/dev/null",
    'end "$?"; fi',
  ].join("\n");
}

/** Renders one bash script that makes every attempt, each in a subshell. Pure. */
export function renderAttack(
  attempts: readonly Attempt[],
  variables: Readonly<Record<string, string>>,
): string {
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${quote(value)}`);
  return [
    "#!/bin/bash",
    ...settings,
    `export ${Object.keys(variables).join(" ")}`,
    VOCABULARY,
    ...attempts.map(renderAttempt),
    "exit 0",
    "",
  ].join("\n");
}

/** What every attempt did, by its id; one that is missing was not made. */
export function parseTraces(output: string, mark: string): ReadonlyMap<string, Trace> {
  const traces = new Map<string, Trace>();
  let from = 0;
  for (const match of output.matchAll(new RegExp(`\n${mark} (\\S+) (?:(\\d+)|lacks (\\S+))\n`, "g"))) {
    const [whole, id = "", status, program = ""] = match;
    const end =
      status === undefined
        ? ({ kind: "lacks", program } as const)
        : ({ kind: "status", status: Number(status) } as const);
    traces.set(id, { end, output: output.slice(from, match.index) });
    from = match.index + whole.length;
  }
  return traces;
}
