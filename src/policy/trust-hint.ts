import type { Config } from "../config/resolve.ts";
import { isForeign } from "../config/opinions.ts";
import { isSandboxError, SandboxError } from "../core/errors.ts";

/**
 * Plans; a failure says when settings of the project were set aside that could have changed it.
 * @throws what the work throws
 */
export function withTrustHint<T>(config: Config, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const aside = config.ignored.find(({ reason, source }) => reason === "widens" && isForeign(source.scope));
    if (aside === undefined || !isSandboxError(error)) throw error;
    const { area, code, message, hint } = error;
    const more = `sandhook.${aside.key} of this project is set aside until you type: sandhook trust`;
    throw new SandboxError(area, {
      code,
      message,
      hint: hint === undefined ? more : `${hint}\n${more}`,
      cause: error,
    });
  }
}
