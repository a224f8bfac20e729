import type { ClientOptions } from "../../support/client.ts";
import type { Ground } from "./ground.ts";

/** One way in which the sandbox could be lost, and how a test brings it about. */
export interface FailureMode {
  /** A row of docs/COMPATIBILITY.md. */
  readonly name: string;
  /** After the installation, before the client starts. */
  readonly prepare?: (ground: Ground) => void;
  readonly client?: (ground: Ground) => Partial<ClientOptions>;
  /** Default: bubblewrap; `none`: nothing is installed. */
  readonly engine?: "docker" | "none";
  /**
   * A sentence's begin in docs/LIMITATIONS.md: why a user's own installation cannot close it on every release. Such a mode is played with an installation for
   * every user as well, and must be closed there.
   */
  readonly beyondUserScope?: string;
  /**
   * Why code of the repository runs in the client's own processes whatever is installed. Commands must be closed in both
   * scopes.
   */
  readonly beyondSandhook?: string;
}
