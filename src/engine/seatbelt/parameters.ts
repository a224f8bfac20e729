import { EngineError } from "../../core/errors.ts";

export interface Parameter {
  readonly name: string;
  readonly value: string;
}

/**
 * The operands `-D NAME=value` of one run. Paths enter a profile only through here, so no path is ever read as
 * profile text.
 */
export interface ParameterTable {
  /** Gives the value a name and returns the expression that stands for it, e.g. `(param "WRITE_0")`. */
  reference(prefix: string, value: string): string;
  list(): readonly Parameter[];
}

/**
 * Bytes of all `-D` operands together. macOS takes 1 MiB of arguments and environment; this leaves three quarters
 * to the environment and is about 2,000 paths.
 */
export const PARAMETER_BYTES_LIMIT = 256 * 1024;

/** Names without a number: at most one value each, and the only ones that a custom profile may use. */
const PLAIN_NAMES: ReadonlySet<string> = new Set(["HOME", "PROJECT", "TEMP"]);

export function createParameterTable(): ParameterTable {
  const names = new Map<string, string>();
  const counters = new Map<string, number>();
  return {
    reference(prefix, value) {
      const key = `${prefix}\0${value}`;
      const known = names.get(key);
      if (known !== undefined) return `(param "${known}")`;
      const index = counters.get(prefix) ?? 0;
      counters.set(prefix, index + 1);
      const name = PLAIN_NAMES.has(prefix) ? prefix : `${prefix}_${index}`;
      names.set(key, name);
      return `(param "${name}")`;
    },
    list() {
      return [...names].map(([key, name]) => ({ name, value: key.slice(key.indexOf("\0") + 1) }));
    },
  };
}

/** Renders the table as operands of sandbox-exec. @throws EngineError `seatbelt.too-many-paths` */
export function renderParameters(parameters: readonly Parameter[]): readonly string[] {
  const operands = parameters.flatMap(({ name, value }) => ["-D", `${name}=${value}`]);
  const bytes = operands.reduce((sum, operand) => sum + Buffer.byteLength(operand) + 1, 0);
  if (bytes > PARAMETER_BYTES_LIMIT) {
    throw new EngineError({
      code: "seatbelt.too-many-paths",
      message: `The sandbox needs ${bytes} bytes of path operands, more than the ${PARAMETER_BYTES_LIMIT} that are safe`,
      hint: "List folders instead of single files in the filesystem settings of sandhook.",
    });
  }
  return operands;
}
