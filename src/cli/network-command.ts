import { type Command, InvalidArgumentError } from "commander";
import { networkFolders, type NetworkFolders } from "../core/network-place.ts";
import { hostPath, joinHost } from "../core/paths.ts";
import { nodeHost } from "../host/node-host.ts";
import { identifyProject } from "../policy/identify-project.ts";
import { type LoggedEvent, readEvents } from "../runtime/network/logged-event.ts";
import { refusalsFile } from "../runtime/network/refusals.ts";
import { locateSite } from "../runtime/site.ts";
import { addExample } from "./example.ts";
import { followLog, readLog, renderEvent } from "./network-log.ts";
import { describeNetwork, readNetwork } from "./network-status.ts";
import { ownTerminal, runGuarded, type Terminal } from "./terminal.ts";

interface LogFlags {
  readonly json?: true;
  readonly follow?: true;
  readonly refused?: true;
  readonly call?: string;
}

/** The project that a command was typed in, and where its network is kept. */
export interface NetworkPlace {
  readonly folders: NetworkFolders;
  readonly key: string;
}

/** Of the folder that the command was typed in. Logs are the same for every installed version. */
export function ownNetwork(): NetworkPlace {
  const host = nodeHost(process.env);
  const libexec = joinHost(host.home, ".local/share/sandhook/current/libexec");
  const site = locateSite(host, libexec);
  const { key } = identifyProject(host, hostPath(process.cwd()));
  return { folders: networkFolders(site, host), key };
}

function callId(text: string): string {
  if (/^[0-9a-f]{16}$/.test(text)) return text;
  throw new InvalidArgumentError("Write the 16 digits that stand behind sandhook-run.");
}

async function runLog(flags: LogFlags, terminal: Terminal): Promise<number> {
  const { folders, key } = ownNetwork();
  const tell = (event: LoggedEvent): void => {
    if (flags.refused === true && event.decision === "allow") return;
    terminal.print(flags.json === true ? JSON.stringify(event) : renderEvent(event));
  };
  if (flags.follow === true) {
    const stop = new AbortController();
    process.once("SIGINT", () => {
      stop.abort();
    });
    await followLog({ folders, key, signal: stop.signal }, tell);
    return 0;
  }
  const events =
    flags.call === undefined ? readLog(folders, key) : readEvents(refusalsFile(folders, key, flags.call));
  events.forEach(tell);
  if (events.length === 0) terminal.tell("nothing has asked the network proxy for anything here yet");
  return 0;
}

function runShow(flags: { readonly json?: true }, terminal: Terminal): number {
  const host = nodeHost(process.env);
  const folder = hostPath(process.cwd());
  if (flags.json !== true) terminal.print(describeNetwork(host, folder));
  else {
    const network = readNetwork(host, folder);
    // The parent's URL may hold a password.
    terminal.print(
      JSON.stringify(network, (name, value: unknown) => (name === "parentProxy" ? "set" : value)),
    );
  }
  return 0;
}

/** Adds `network show` and `network log`: what commands here may reach, and what they have tried to. */
export function addNetworkCommands(program: Command): void {
  const terminal = ownTerminal();
  const network = program
    .command("network")
    .description("what commands of this project reach, and have asked for");
  addExample(network, "sandhook network log --refused");
  network
    .command("show")
    .description("what commands here may reach")
    .option("--json", "for programs")
    .addHelpText("after", "\nExample:\n  sandhook network show --json")
    .action((flags: { readonly json?: true }) => runGuarded(terminal, () => runShow(flags, terminal)));
  network
    .command("log")
    .description("what commands here have asked the network for, and what was decided")
    .option("--json", "one JSON object a line")
    .option("-f, --follow", "go on with what is asked for from now on")
    .option("--refused", "only what was refused")
    .option("--call <id>", "only the refusals of one call, by the id in its rewritten line", callId)
    .addHelpText("after", "\nExample:\n  sandhook network log --refused")
    .action((flags: LogFlags) => runGuarded(terminal, () => runLog(flags, terminal)));
}
