import { describe, expect, it } from "vitest";
import { hostPath } from "../../src/core/paths.ts";
import { renderHandler } from "../../src/install/handler.ts";
import { isOwnHandler } from "../../src/config/own-registration.ts";
import { REGISTRATIONS } from "../../src/install/registration.ts";

describe("every form", () => {
  it("is recognised as ours", () => {
    const home = hostPath("/home/me");
    const own = (root: string) =>
      ({ kind: "own", home, root: hostPath(root), claudeConfigDir: undefined, timeout: 30 }) as const;
    const targets = [
      own("/home/me/.local/share/sandhook"),
      own("/home/a b/.local/share/sandhook"),
      { kind: "portable", timeout: 600 } as const,
    ];
    const handlers = REGISTRATIONS.flatMap((one) => targets.map((target) => renderHandler(one, target)));
    expect(handlers.map(isOwnHandler)).toEqual(handlers.map(() => true));
  });

  it("uses tool names and `|` only in its matcher, as every release reads them", () => {
    for (const { matcher } of REGISTRATIONS) expect(matcher ?? "Bash").toMatch(/^[A-Za-z|]+$/);
  });
});

describe("the exec form", () => {
  it("is this", () => {
    const [registration] = REGISTRATIONS;
    if (registration === undefined) throw new Error("nothing is registered");
    const home = hostPath("/home/me");
    const root = hostPath("/home/me/.local/share/sandhook");
    const target = { kind: "own", home, root, claudeConfigDir: hostPath("/cfg"), timeout: 30 } as const;
    expect(renderHandler(registration, target)).toMatchInlineSnapshot(`
      {
        "args": [
          "HOME=/home/me",
          "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin:/run/current-system/sw/bin",
          "CLAUDE_CONFIG_DIR=/cfg",
          "CLAUDE_PROJECT_DIR=\${CLAUDE_PROJECT_DIR}",
          "/bin/sh",
          "-c",
          "[ -r "$0" ] || { echo "sandhook: refused: the installation is broken ($0 is missing). Type: npx sandhook install" >&2; exit 2; }; answer=$(. "$0") || exit 2; case $answer in "{"*"}") printf "%s\\n" "$answer" && exit 0 ;; esac; echo "sandhook: the command was not run: the hook gave no answer. Type: sandhook doctor" >&2; exit 2",
          "/home/me/.local/share/sandhook/current/libexec/hook",
          "pre-tool-use",
          "checked",
        ],
        "command": "/home/me/.local/share/sandhook/entry/event=pre-tool-use || exit 2",
        "onFailure": "block",
        "statusMessage": "sandhook: applying the policy",
        "timeout": 30,
        "type": "command",
      }
    `);
  });
});
