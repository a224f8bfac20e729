import { InputError } from "../../core/errors.ts";

/** A corporate proxy that all connections go through. */
export interface ParentProxy {
  readonly kind: "proxy";
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** User and password, joined by a colon; undefined when there are none. */
  readonly login: string | undefined;
}

/**
 * Reads `network.parentProxy`. Throws InputError `network.parent-proxy` for anything but an http or https URL without a
 * path. The message leaves the value out: it may hold a password.
 */
export function parseParentProxy(text: string): ParentProxy {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && ["", "/"].includes(url.pathname) && url.search === "" && url.hash === "";
  if (!plain || !["http:", "https:"].includes(url.protocol)) {
    throw new InputError({
      code: "network.parent-proxy",
      message: "network.parentProxy is not the URL of an HTTP proxy",
      hint: "Write http://host:port or https://host:port, with user:password@ in front of the host if it needs one.",
    });
  }
  const secure = url.protocol === "https:";
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    kind: "proxy",
    secure,
    host: url.hostname.replace(/^\[|\]$/gu, ""),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    login: login === ":" ? undefined : login,
  };
}
