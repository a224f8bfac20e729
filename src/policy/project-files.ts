/** Files of the project that speak for themselves, by the key that they stand for; they count when the user trusts the project. */
export const PROJECT_FILES = [
  ["dockerfile", ".claude/sandbox.Dockerfile"],
  ["startup", ".claude/sandbox.bashrc"],
  ["devcontainer", ".devcontainer.json"],
  ["devcontainer", ".devcontainer/devcontainer.json"],
] as const;
