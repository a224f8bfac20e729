/** What a process asks the kernel for. `path` is the path after links are resolved, as the kernel reports it. */
export interface Request {
  readonly operation: string;
  readonly path?: string;
  /** Name of a Mach service, sysctl, shared memory object or IOKit class. */
  readonly name?: string;
  /** Host and port, for example `localhost:8080` or `93.184.216.34:443`. */
  readonly address?: string;
  /** Path of a Unix socket. */
  readonly socket?: string;
  readonly protocol?: "tcp" | "udp";
  readonly target?: "self" | "same-sandbox" | "others";
  readonly vnodeType?: string;
  readonly domain?: string;
  readonly socketProtocol?: string;
}

export type Verdict = "allow" | "deny";
