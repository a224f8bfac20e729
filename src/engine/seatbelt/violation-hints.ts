/** What would have allowed an operation: a key of the configuration, or the reason why there is none. */
export interface Hint {
  /** Key below `sandhook`, or undefined when policy never allows it. */
  readonly key: string | undefined;
  readonly text: string;
}

interface HintRule {
  readonly operation: RegExp;
  readonly subject?: RegExp;
  readonly hint: Hint;
}

const toggle = (name: string, text: string): Hint => ({
  key: "seatbelt.toggles",
  text: `${text}; turn on the toggle ${name}`,
});

/** First match wins: exceptions that name their subject come before the general rule of an operation. */
const RULES: readonly HintRule[] = [
  {
    operation: /^(network-outbound|file-)/,
    subject: /docker|podman|colima|orbstack|\.rd\/|\.lima\/|finch/,
    hint: toggle("docker-socket", "a container engine, which can mount the whole disk"),
  },
  { operation: /^pseudo-tty$/, hint: toggle("pty", "a pseudo-terminal") },
  { operation: /^file-/, subject: /^\/dev\/(ptmx|ttys\d+)/, hint: toggle("pty", "a terminal") },
  {
    operation: /^(appleevent-send|lsopen)$/,
    hint: toggle("apple-events", "starts or drives another program"),
  },
  {
    operation: /^mach-lookup$/,
    subject: /appleevents|launchservicesd|coreservicesd|quarantine-resolver|\.lsd\./,
    hint: toggle("apple-events", "a service that starts other programs"),
  },
  {
    operation: /^mach-lookup$/,
    subject: /SecurityServer|securityd|\.secd/,
    hint: toggle("keychain-read", "the keychain"),
  },
  {
    operation: /^mach-lookup$/,
    subject: /CoreSimulator|coredevice/,
    hint: toggle("simulator", "the simulator"),
  },
  {
    operation: /^(mach-register|mach-lookup|iokit-open)/,
    subject: /[Cc]hrom|windowserver|IOSurface|CARenderServer/,
    hint: toggle("chromium", "a browser"),
  },
  {
    operation: /^mach-lookup$/,
    subject: /trustd|ocspd|mDNSResponder|networkd/,
    hint: { key: "network.mode", text: "a network service; it comes with an open or proxied network" },
  },
  {
    operation: /^mach-/,
    hint: { key: undefined, text: "a Mach service; allow it with machLookup in a custom profile" },
  },
  {
    operation: /^network-outbound$/,
    subject: /^\//,
    hint: { key: "filesystem.allowWrite", text: "a Unix socket; those inside writable folders work" },
  },
  {
    operation: /^network-outbound$/,
    subject: /^(localhost|127\.|::1)/,
    hint: { key: "network.allowLocalhost", text: "a port on this machine" },
  },
  {
    operation: /^network-outbound$/,
    hint: { key: "network.allowedDomains", text: "a direct connection; use the proxy and list the host" },
  },
  {
    operation: /^network-(bind|inbound)$/,
    hint: { key: "network.allowLocalhost", text: "a server on this machine" },
  },
  {
    operation: /^file-(write|link|clone)/,
    hint: {
      key: "filesystem.allowWrite",
      text: "a path outside the writable folders, or a protected one, which stays as it is",
    },
  },
  {
    operation: /^file-(read|map)/,
    hint: {
      key: "filesystem.allowRead",
      text: "a hidden path, or one that is not on the list of readable ones",
    },
  },
  { operation: /^(signal|process-info)/, hint: { key: undefined, text: "a process outside this command" } },
];

/** Says in the user's terms what an operation of the kernel's log is about, and which key changes it. */
export function resolveHint(operation: string, subject: string | undefined): Hint {
  const rule = RULES.find(
    (candidate) =>
      candidate.operation.test(operation) &&
      (candidate.subject === undefined || (subject !== undefined && candidate.subject.test(subject))),
  );
  return rule?.hint ?? { key: undefined, text: "an operation that no setting allows" };
}
