import { describe } from "vitest";
import { hostPath } from "../../../../src/core/paths.ts";
import { decides } from "../../../support/decision-table.ts";
import { askCase } from "../../../support/seatbelt-case.ts";

describe("workspace-write: reads and writes", () => {
  const ask = askCase();
  decides(
    () => ask,
    `allow file-read-data P/src/index.ts
     allow file-read-metadata P/src
     allow file-read-data H/other/notes.txt
     allow file-read-data /usr/lib/libSystem.dylib
     allow file-write-create P/src/new.ts
     allow file-write-data P/src/index.ts
     allow file-write-unlink P/src/old.ts
     allow file-write-mode P/script.sh
     allow file-write-xattr P/script.sh
     allow file-write-times P/script.sh
     allow file-link P/node_modules/.store/a
     allow file-clone P/node_modules/.store/a
     allow file-write-create P/node_modules/.store/b
     allow file-write-create T/x
     allow file-write-unlink T/x
     allow file-write-create /private/var/shared/build/out
     allow file-write-create /var/shared/build/out
     allow file-write-data /dev/null
     allow file-ioctl /dev/tty
     allow file-write-create /private/var/folders/ab/cdef/T/xcrun_db-1
     allow file-write-create /private/var/folders/ab/cdef/C/clang/ModuleCache/x
     deny file-write-create H/other/notes.txt
     deny file-write-data H/.zshrc
     deny file-write-create /Users/dana/code/app-2/x
     deny file-write-create /Users/dana/code/appendix
     deny file-write-create /private/tmp/x
     deny file-write-create /tmp/x
     deny file-write-create /private/var/folders/ab/cdef/T/other
     deny file-write-create /etc/hosts
     deny file-write-data /private/etc/hosts
     deny file-write-create /usr/local/bin/x
     deny file-write-data /dev/disk0
     deny file-write-data /dev/ttys003
     deny file-read-data /dev/ttys003
     deny file-read-data /dev/disk0
     allow file-read-metadata /dev/disk0
     allow file-read-data /dev/urandom
     allow user-preference-read kCFPreferencesAnyApplication
     deny user-preference-read com.example.app
     deny user-preference-write com.apple.Terminal
     deny file-link H/other/notes.txt
     deny file-mount /Volumes/x
     deny file-write-create /System/Volumes/Data/Users/dana/other`,
  );
});

describe("workspace-write: protected paths inside the project", () => {
  const ask = askCase();
  decides(
    () => ask,
    `deny file-write-data P/.git/config
     deny file-write-unlink P/.git/config
     deny file-write-create P/.git/config
     deny file-write-mode P/.git/config
     deny file-write-flags P/.git/config
     deny file-link P/.git/config
     deny file-clone P/.git/config
     deny file-write-create P/.git/hooks/pre-commit
     deny file-write-data P/.git/hooks/pre-commit
     deny file-write-unlink P/.git/hooks
     deny file-write-xattr P/.git/hooks/pre-commit
     deny file-write-unlink P/.git
     deny file-write-create P/.git
     allow file-write-create P/.git/index.lock
     allow file-write-unlink P/.git/index.lock
     allow file-write-create P/.git/objects/ab/cd
     allow file-read-data P/.git/config
     allow file-read-data P/.git/hooks/pre-commit
     deny file-write-create P/.claude/settings.json
     deny file-write-create P/.claude
     deny file-write-unlink P/.claude
     allow file-write-create P/.claude/notes.md
     deny file-write-create P/.CLAUDE
     deny file-write-create P/.Claude/Settings.JSON
     deny file-write-create P/.claude/\u017fettings.json
     deny file-write-create P/.claude/SETTINGS.json
     deny file-write-create P/.mcp.json
     deny file-write-create P/.MCP.json
     deny file-write-create P/.mcp.json/inside
     allow file-write-create P/.mcp.json5
     allow file-write-create P/x.mcp.json
     deny file-write-create P/packages/web/.vscode
     deny file-write-create P/packages/web/.vscode/tasks.json
     deny file-write-create P/packages/web/.V\u017fcode/tasks.json
     deny file-write-unlink P/packages
     deny file-write-unlink P/packages/web
     allow file-write-unlink P/packages/api
     allow file-write-create P/packages/web/index.ts
     deny file-write-unlink P
     deny file-write-unlink T
     deny file-write-unlink /private/var/shared/build
     deny file-write-data /System/Volumes/Data/Users/dana/code/app/.git/config
     deny file-write-create /System/Volumes/Data/Users/dana/code/app/.claude/settings.json`,
  );
});

describe("workspace-write: hidden paths", () => {
  const ask = askCase();
  decides(
    () => ask,
    `deny file-read-data H/.ssh
     deny file-read-data H/.ssh/id_ed25519
     deny file-read-xattr H/.ssh/id_ed25519
     deny file-read-metadata H/.ssh/id_ed25519
     allow file-read-metadata H/.ssh
     deny file-map-executable H/.ssh/agent.so
     deny file-link H/.ssh/id_ed25519
     deny file-clone H/.ssh/id_ed25519
     deny file-write-create H/.ssh/authorized_keys
     deny file-read-data /System/Volumes/Data/Users/dana/.ssh/id_ed25519
     deny file-read-data H/.netrc
     allow file-read-data H/.netrc-example
     deny file-read-data H/secrets/a
     deny file-read-data H/secrets/public
     deny file-read-data H/secrets/public/other
     allow file-read-metadata H/secrets/public
     deny file-read-metadata H/secrets/private
     allow file-read-data H/secrets/public/open
     allow file-read-data H/secrets/public/open/a
     deny file-read-data H/secrets/public/open/keys/k
     deny file-read-data H/secrets/public/open/keys
     deny file-read-data P/config/.env
     deny file-write-data P/config/.env
     deny file-write-unlink P/config/.env
     deny file-write-unlink P/config
     deny file-link P/config/.env
     allow file-write-create P/config/app.json
     allow file-read-data P/config/.env.example`,
  );
});

describe("workspace-write: the project lies in a hidden home", () => {
  const ask = askCase({
    filesystem: { hidden: [{ path: "/Users/dana" as never, kind: "directory" }], protectedPaths: [] },
  });
  decides(
    () => ask,
    `deny file-read-data H/.zsh_history
     deny file-read-data H/code/other/a
     deny file-read-data H/code
     allow file-read-metadata H/code
     deny file-read-metadata H/code/other
     allow file-read-data P/src/a
     allow file-write-create P/src/a
     allow file-read-data H/reference/a
     deny file-write-create H/reference/a
     allow file-write-create T/a`,
  );
});

describe("settings and state", () => {
  const ask = askCase({ filesystem: { writable: ["/Users/dana" as never], protectedPaths: [], hidden: [] } });
  decides(
    () => ask,
    `allow file-write-create H/anything
     deny file-write-create H/.claude/settings.json
     deny file-write-data H/.claude/shell-snapshots/snapshot-zsh-1.sh
     deny file-write-unlink H/.claude
     deny file-write-data H/.claude.json
     deny file-write-create H/.config/sandhook/profiles/mine.sb
     deny file-write-unlink H/.config
     deny file-write-create H/.local/state/sandhook/jobs/1
     deny file-write-unlink H/.local/state
     deny file-write-unlink H/.local
     deny file-read-data H/.local/state/sandhook/jobs/1
     deny file-read-data H/.claude/.credentials.json
     deny file-read-data H/.claude/ide/12345.lock
     allow file-read-data H/.claude/shell-snapshots/snapshot-zsh-1.sh
     deny file-write-create H/Library/LaunchAgents/x.plist
     deny file-write-unlink H/Library
     deny file-write-create /Library/LaunchDaemons/x.plist
     deny file-write-create /Library/Application Support/ClaudeCode/managed-settings.json
     deny file-write-data /usr/local/lib/sandhook/libexec/sandhook-run
     deny file-write-unlink H/.docker`,
  );
});

describe("the temporary folder below the state folder", () => {
  const temporary = "/Users/dana/.local/state/sandhook/tmp/app" as never;
  const ask = askCase({ filesystem: { temporary } });
  decides(
    () => ask,
    `allow file-write-create H/.local/state/sandhook/tmp/app/x
     allow file-read-data H/.local/state/sandhook/tmp/app/x
     deny file-write-create H/.local/state/sandhook/tmp/other/x
     deny file-read-data H/.local/state/sandhook/audit.log`,
  );
});

describe("read-only", () => {
  const ask = askCase({ profile: "read-only" });
  decides(
    () => ask,
    `allow file-read-data P/src/index.ts
     deny file-write-create P/src/new.ts
     deny file-write-data P/src/index.ts
     deny file-link P/src/index.ts
     allow file-write-create T/x
     deny file-read-data H/.ssh/id_ed25519
     allow file-write-data /dev/null`,
  );
});

describe("strict", () => {
  const ask = askCase({ profile: "strict" });
  decides(
    () => ask,
    `allow file-read-data P/src/index.ts
     allow file-write-create P/src/new.ts
     allow file-read-data H/reference/a
     deny file-read-data H/other/notes.txt
     deny file-read-data H/.config/gh/hosts.yml
     deny file-read-data H/.npmrc
     deny file-read-data H/.cargo/credentials.toml
     allow file-read-data H/.cargo/bin/cargo
     allow file-read-data H/.gitconfig
     allow file-read-data H/.claude/shell-snapshots/snapshot-zsh-1.sh
     deny file-read-data H/.claude/history.jsonl
     allow file-read-data /usr/bin/git
     allow file-read-data /opt/homebrew/bin/node
     allow file-read-data /Applications/Xcode-26.app/Contents/Developer/usr/bin/clang
     deny file-read-data /Applications/Slack.app/Contents/Info.plist
     deny file-read-data /private/etc/sudoers
     allow file-read-data /private/etc/ssl/cert.pem
     deny file-read-data /Volumes/Backup/a
     allow file-read-metadata H/other/notes.txt
     deny file-read-metadata H/.ssh/id_ed25519
     deny file-write-data P/.git/config`,
  );
});

describe("paths that lead elsewhere", () => {
  const ask = askCase(
    {
      filesystem: {
        writable: [hostPath("/tmp/build"), hostPath("/Users/dana/code/app")],
        protectedPaths: [
          { path: hostPath("/tmp/build/.git/config"), kind: "file" },
          { path: hostPath("/tmp/build/.claude/settings.json"), kind: "missing" },
          { path: hostPath("/Users/dana/code/app/linked/.mcp.json"), kind: "missing" },
        ],
        hidden: [{ path: hostPath("/Users/dana/alias/keys"), kind: "directory" }],
      },
    },
    {
      folders: ["/private/tmp/build/.git", "/Users/dana/code/app/real", "/Users/dana/vault/keys"],
      links: {
        "/Users/dana/code/app/linked": "/Users/dana/code/app/real",
        "/Users/dana/alias": "/Users/dana/vault",
      },
    },
  );
  decides(
    () => ask,
    `allow file-write-create /private/tmp/build/a
     deny file-write-data /private/tmp/build/.git/config
     deny file-write-unlink /private/tmp/build/.git
     deny file-write-unlink /private/tmp/build
     deny file-write-create /private/tmp/build/.claude
     deny file-write-create /private/tmp/build/.CLAUDE/settings.json
     deny file-write-create P/real/.mcp.json
     deny file-write-create P/real/.MCP.json
     deny file-write-unlink P/real
     deny file-write-unlink P/linked
     allow file-write-create P/real/a
     deny file-read-data H/vault/keys/a
     deny file-read-data H/alias/keys/a
     allow file-read-data H/vault/a`,
  );
});

describe("a writable folder inside a protected one", () => {
  const inner = "/Users/dana/code/app/.git/open";
  const ask = askCase({
    filesystem: {
      writable: [hostPath("/Users/dana/code/app"), hostPath(inner)],
      protectedPaths: [
        { path: hostPath("/Users/dana/code/app/.git"), kind: "directory" },
        { path: hostPath(`${inner}/deep/config`), kind: "missing" },
      ],
    },
  });
  decides(
    () => ask,
    `allow file-write-create P/.git/open/a
     allow file-write-unlink P/.git/open/a
     deny file-write-unlink P/.git/open
     deny file-write-unlink P/.git
     deny file-write-create P/.git/a
     deny file-write-data P/.git/config
     deny file-write-create P/.git/openly
     deny file-write-create P/.git/open/deep/config
     deny file-write-create P/.git/open/deep/CONFIG
     deny file-write-create P/.git/open/deep
     allow file-write-create P/a`,
  );
});
