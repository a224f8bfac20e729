import type { HostPath } from "../core/paths.ts";
import { type Scope, SCOPES } from "./layers.ts";

/** Where a value was written. */
export interface Source {
  readonly scope: Scope | "default";
  readonly file: HostPath | undefined;
  /** How it got from there into force, e.g. `profile strict` or `command rule gh *`. */
  readonly via?: string;
  /** One of Claude Code's own keys. */
  readonly native?: true;
}

export interface Sourced<T> {
  readonly value: T;
  readonly source: Source;
}

/** A path as somebody wrote it; relative ones count from the project. */
export type WrittenPath = Sourced<string>;

/** True when the first scope outranks the second; a default is the weakest. */
export function outranks(first: Source["scope"], second: Source["scope"]): boolean {
  const order: readonly Source["scope"][] = [...SCOPES, "default"];
  return order.indexOf(first) < order.indexOf(second);
}

/** A source in words, for messages: the file and how the value got into force. */
export function renderSource({ scope, file, via }: Source): string {
  const place = file ?? (scope === "default" ? "default" : `${scope} options`);
  return via === undefined ? place : `${place} (${via})`;
}
