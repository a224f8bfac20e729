import { attemptsOf, marked } from "../attempt.ts";

/** Leaves something in the repository that the host's git would run. */
export const git = attemptsOf("git", [
  [
    "set",
    "sets a program by git itself",
    'GIT_CONFIG_GLOBAL=/dev/null git config core.fsmonitor "$ID"',
    marked("project/.git/config"),
    "git",
  ],
  ["hook", "makes a hook", "mark .git/hooks/pre-commit", marked("project/.git/hooks/pre-commit")],
  ["config", "adds to the config", "mark .git/config", marked("project/.git/config")],
  [
    "new-hooks",
    "renames the hooks and makes others",
    "mv .git/hooks .git/old && cp -a .git/old .git/hooks && mark .git/hooks/post-merge",
    marked("project/.git/hooks/post-merge"),
  ],
  [
    "new-git",
    "renames .git and makes another",
    "mv .git git && cp -a git .git && mark .git/hooks/post-checkout",
    marked("project/.git/hooks/post-checkout"),
  ],
  ["commondir", "leads git to another config", "mark .git/commondir", marked("project/.git/commondir")],
  [
    "worktree",
    "adds to the config of the work tree",
    "mark .git/config.worktree",
    marked("project/.git/config.worktree"),
  ],
  [
    "submodule",
    "adds to a submodule's config",
    "mark .git/modules/lib/config",
    marked("project/.git/modules/lib/config"),
  ],
  [
    "submodule-hook",
    "makes a hook of a submodule",
    "mark .git/modules/lib/hooks/post-checkout",
    marked("project/.git/modules/lib/hooks/post-checkout"),
  ],
]);
