import { type Attempt, attemptsOf, arrived, done } from "../attempt.ts";

/** Daemons of the host; a connection is closed at once. */
const DAEMONS: readonly (readonly [name: string, path: string])[] = [
  ["docker", "/var/run/docker.sock"],
  ["containerd", "/run/containerd/containerd.sock"],
  ["podman", "/run/podman/podman.sock"],
  ["bus", "/run/dbus/system_bus_socket"],
  ["user-bus", "/run/user/$UID/bus"],
];

/** Reaches a daemon of the host through its socket. */
export const sockets: readonly Attempt[] = attemptsOf("sockets", [
  ["agent", "connects to the agent of ssh", "dial ~/.ssh/agent", arrived, "perl"],
  [
    "agent-linked",
    "connects to the agent by a link of its own",
    "ln -s ~/.ssh/agent l && dial l",
    arrived,
    "perl",
  ],
  [
    "program",
    "connects to a program of the user in a folder that can be seen",
    "dial ~/.config/daemon/socket",
    arrived,
    "perl",
  ],
  ["state", "connects to a socket in our own state", "dial ~/.local/share/sandhook/control", arrived, "perl"],
  ["abstract", "connects to an abstract socket", 'dial "@$ABSTRACT"', arrived, "perl"],
  ...DAEMONS.map(
    ([name, path]) => [`of-${name}`, `connects to ${path}`, `knock "${path}"`, done, "perl"] as const,
  ),
]);
