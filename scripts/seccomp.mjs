// Compiles profiles/seccomp.json into classic BPF programs for bubblewrap's --seccomp: one per architecture.
// Layout of struct seccomp_data: nr at 0, arch at 4, args from 16, eight bytes each (linux/seccomp.h).
import { readFileSync } from "node:fs";

const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

const ALLOW = 0x7fff0000;
const errno = (number) => 0x00050000 | number;
const EPERM = errno(1);
const ENOSYS = errno(38);

const AUDIT_ARCH = { x64: 0xc000003e, arm64: 0xc00000b7 };
/** System calls of the x32 ABI on x86-64 start here; they would slip past the numbers below. */
const X32 = 0x40000000;

const instruction = (code, jt, jf, k) => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(jt, 2);
  bytes.writeUInt8(jf, 3);
  bytes.writeUInt32LE(k >>> 0, 4);
  return bytes;
};

const answerIf = (test, value, answer) => [instruction(test, 0, 1, value), instruction(RETURN, 0, 0, answer)];

/** Loads the argument's low half, compares, and reloads the call's number for what follows. */
const argumentTest = ({ argument, values }, number) => {
  const tests = values.flatMap((value) => answerIf(EQUAL, value, EPERM));
  const body = [instruction(LOAD, 0, 0, 16 + 8 * argument), ...tests, instruction(LOAD, 0, 0, 0)];
  return [instruction(EQUAL, 0, body.length, number), ...body];
};

/** A foreign architecture gets ENOSYS for everything: its numbers mean other calls. */
export function compileSeccomp(rules, arch) {
  const numbers = rules.denied.flatMap(({ calls }) =>
    Object.values(calls).flatMap((call) => call[arch] ?? []),
  );
  return Buffer.concat([
    instruction(LOAD, 0, 0, 4),
    instruction(EQUAL, 1, 0, AUDIT_ARCH[arch]),
    instruction(RETURN, 0, 0, ENOSYS),
    instruction(LOAD, 0, 0, 0),
    ...(arch === "x64" ? answerIf(AT_LEAST, X32, ENOSYS) : []),
    ...numbers.flatMap((number) => answerIf(EQUAL, number, EPERM)),
    ...rules.deniedArguments.flatMap((rule) => argumentTest(rule, rule.call[arch])),
    instruction(RETURN, 0, 0, ALLOW),
  ]);
}

export function readSeccompRules() {
  return JSON.parse(readFileSync(new URL("../profiles/seccomp.json", import.meta.url), "utf8"));
}
