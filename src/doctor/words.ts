export type Level = "ok" | "note" | "warning" | "error";

/** How bad a fact is, what it means, and the one thing to type or change. */
export interface Words {
  readonly level: Level;
  readonly message: string;
  readonly remedy?: string;
}

export const ok = (message: string): Words => ({ level: "ok", message });
export const error = (message: string, remedy: string): Words => ({ level: "error", message, remedy });
export const warning = (message: string, remedy: string): Words => ({ level: "warning", message, remedy });
