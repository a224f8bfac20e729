import { readFileSync, writeSync } from "node:fs";
import { renderStatusline, runOther } from "../src/runtime/statusline.ts";

// The status line without the rest of the program: it is drawn after every message. Arguments: [--with COMMAND].
const [, , flag, other] = process.argv;
const input = process.stdin.isTTY ? "" : readFileSync(0, "utf8");
const above = flag === "--with" && other !== undefined ? runOther(other, input) : "";
writeSync(1, `${above}${renderStatusline(input, process.cwd())}\n`);
