import { expect, it } from "vitest";
import { HOME, PROJECT, TEMP, ALLOW, type Ask, DENY } from "./seatbelt-case.ts";
import type { Request } from "./sbpl/request.ts";

const NAMED = /^(mach|sysctl|ipc|iokit|user-preference)/;

function expand(text: string): string {
  return text
    .replace(/^P(?=\/|$)/, PROJECT)
    .replace(/^H(?=\/|$)/, HOME)
    .replace(/^T(?=\/|$)/, TEMP);
}

function parseRequest(operation: string, subject: string): Request {
  if (operation.startsWith("network") && subject.includes("/"))
    return { operation, socket: expand(subject), path: expand(subject) };
  if (operation.startsWith("network")) return { operation, address: subject, protocol: "tcp" };
  if (operation === "signal" || operation === "process-info-pidinfo")
    return { operation, target: subject as "self" | "same-sandbox" | "others" };
  if (operation === "system-socket") {
    const [domain = "", socketProtocol = ""] = subject.split(":");
    return { operation, domain, socketProtocol };
  }
  if (NAMED.test(operation)) return { operation, name: subject };
  return subject === "" ? { operation } : { operation, path: expand(subject) };
}

/**
 * One test for each line of a table: `allow|deny operation subject`. `P`, `H` and `T` at the start of a path are the
 * project, the home folder and the temporary folder.
 */
export function decides(ask: () => Ask, table: string): void {
  const lines = table
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  it.each(lines)("decides: %s", (line) => {
    const [, verdict, operation = "", subject = ""] = /^(allow|deny) (\S+) ?(.*)$/.exec(line) ?? [];
    if (verdict === undefined) throw new Error(`not a line of a table: ${line}`);
    expect(ask()(parseRequest(operation, subject))).toEqual(verdict === "allow" ? ALLOW : DENY);
  });
}
