import { createHash, randomBytes } from "node:crypto";
import type { EgressIdentity } from "./egress-types.ts";

const digest = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/**
 * Unguessable passwords for clients that reach the proxy over TCP, one per sandbox. Only digests are kept, and they are
 * what is looked up, so the time of a look-up says nothing about a secret.
 */
export class CredentialBook {
  readonly #identities = new Map<string, EgressIdentity>();

  /** A new password of 256 bits for this identity, safe in a URL. Older ones stay valid until revoked. */
  issue(identity: EgressIdentity): string {
    const secret = randomBytes(32).toString("base64url");
    this.#identities.set(digest(secret), identity);
    return secret;
  }

  identify(secret: string): EgressIdentity | undefined {
    return this.#identities.get(digest(secret));
  }

  revoke(identity: EgressIdentity): void {
    for (const [key, owner] of this.#identities) if (owner === identity) this.#identities.delete(key);
  }
}

export interface ProxyCredential {
  readonly user: string;
  readonly password: string;
}

/** Reads `Proxy-Authorization: Basic …`; undefined for anything else. */
export function readBasicCredential(value: string | undefined): ProxyCredential | undefined {
  const encoded = /^basic +([a-z0-9+/_-]+={0,2})$/iu.exec(value ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** A call id that is safe in logs, or undefined: it is what a client says about itself. */
export function readCallId(user: string | undefined): string | undefined {
  return user !== undefined && /^[\w.-]{1,64}$/u.test(user) ? user : undefined;
}
