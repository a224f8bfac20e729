import { describe, expect, it } from "vitest";
import type { Host } from "../../../src/core/host.ts";
import { type HostPath, hostPath } from "../../../src/core/paths.ts";
import { refuseReplaceableLink } from "../../../src/policy/replaceable-link.ts";

const PROJECT = hostPath("/p");

/** A machine in which paths lead where `links` says when they are asked for, and nothing looks like a link. */
function machine(links: Readonly<Record<string, string | undefined>>): Host {
  const realPath = (path: HostPath): HostPath | undefined => {
    const real = path in links ? links[path] : path;
    return real === undefined ? undefined : hostPath(real);
  };
  return { realPath, inspect: () => ({ kind: "directory" }) } as unknown as Host;
}

function refuse(links: Readonly<Record<string, string | undefined>>, written: string, path: string): void {
  const grant = { written: hostPath(written), path: hostPath(path) };
  refuseReplaceableLink(machine(links), grant, [PROJECT]);
}

describe("a grant through a folder that commands may write", () => {
  it.each([
    ["/p/out", "/victim", { "/p/out": "/victim" }],
    ["/p/deep/out", "/victim/out", { "/p/deep": "/victim", "/p/deep/out": "/victim/out" }],
    ["/p/deep/out", "/victim/out", { "/p/deep/out": "/victim/out" }],
    ["/p/deep/out", "/victim/out", {}],
    ["/p/out/new", "/victim/new", { "/p/out/new": undefined }],
  ])("is refused when %s led to %s, also when the link is a folder again", (written, path, links) => {
    expect(() => {
      refuse(links, written, path);
    }).toThrow(/symbolic link in a folder that commands may write/);
  });

  it.each([
    ["/p/out", "/p/out", {}],
    ["/link/out", "/elsewhere/out", { "/link": "/elsewhere", "/link/out": "/elsewhere/out" }],
    ["/link/out", "/p/out", { "/link": "/p", "/link/out": "/p/out" }],
    ["/link/new", "/elsewhere/new", { "/link": "/elsewhere", "/elsewhere/new": undefined }],
  ])("passes when %s leads to %s by links of the user's own", (written, path, links) => {
    expect(() => {
      refuse(links, written, path);
    }).not.toThrow();
  });
});
