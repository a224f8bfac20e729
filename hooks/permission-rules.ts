/** Permission rules, patterns of commands and the bash parser; loaded by the hook only when settings hold one. */
export { judgeCommand, linePatterns } from "../src/runtime/judge-command.ts";
