/** Permission rules and the bash parser; loaded by the hook only when a settings file holds a rule. */
export { judgeCommand } from "../src/runtime/judge-command.ts";
