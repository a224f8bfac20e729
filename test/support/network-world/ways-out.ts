/** One way around the proxy, tried at a server of the host and, as its twin, at a server inside the sandbox. */
export interface WayOut {
  readonly name: string;
  readonly way: "shell" | "python";
  /** Finds the target in $H and $P, or in `host` and `port`. */
  readonly text: string;
  /** The target on the host. */
  readonly target: "loopback" | "loopback6" | "address" | "abstract";
}

const tcp = (family: string, more = ""): string =>
  `s = socket.socket(socket.${family}, socket.SOCK_STREAM)\ns.settimeout(4)\n${more}s.connect((host, port))\ns.sendall(b"x")\nanswer = read_all(s)`;
const udp = `s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.settimeout(2)\ns.sendto(b"x", (host, port))\nanswer = s.recv(64)`;
const abstract = `s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)\ns.settimeout(4)\ns.connect("\\0" + host)\ns.sendall(b"x")\nanswer = read_all(s)`;
const PLAIN = "env -u http_proxy -u HTTP_PROXY -u all_proxy -u ALL_PROXY";

const python = (name: string, target: WayOut["target"], text: string): WayOut => {
  return { name, way: "python", text, target };
};
const shell = (name: string, target: WayOut["target"], text: string): WayOut => {
  return { name, way: "shell", text, target };
};

/** What a command can try without asking the proxy. */
export const WAYS_OUT: readonly WayOut[] = [
  python("a socket to the host's loopback", "loopback", tcp("AF_INET")),
  python("a socket to the host's address", "address", tcp("AF_INET")),
  python("a socket to the host's IPv6 loopback", "loopback6", tcp("AF_INET6")),
  python("a mapped IPv4 address in an IPv6 socket", "address", tcp("AF_INET6", 'host = "::ffff:" + host\n')),
  python(
    "a socket with fast open",
    "address",
    `s = socket.socket()\ns.sendto(b"x", 0x20000000, (host, port))\ns.settimeout(4)\nanswer = read_all(s)`,
  ),
  python(
    "a socket that is bound to every address first",
    "address",
    tcp("AF_INET", 's.bind(("0.0.0.0", 0))\n'),
  ),
  python(
    "a socket that does not route",
    "address",
    tcp("AF_INET", "s.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)\n"),
  ),
  python("a datagram to the host's loopback", "loopback", udp),
  python("a datagram to the host's address", "address", udp),
  python("an abstract unix socket of the host", "abstract", abstract),
  python(
    "urllib without its proxies",
    "address",
    'import urllib.request as u\nanswer = u.build_opener(u.ProxyHandler({})).open(f"http://{host}:{port}/", timeout=4).read()',
  ),
  shell("curl with NO_PROXY=*", "address", 'NO_PROXY="*" no_proxy="*" curl -sS -m 4 "http://$H:$P/"'),
  shell("curl --noproxy", "address", `curl -sS -m 4 --noproxy '*' "http://$H:$P/"`),
  shell("curl without variables", "address", `${PLAIN} curl -sS -m 4 "http://$H:$P/"`),
  shell("curl with an empty proxy", "address", `curl -sS -m 4 -x '' "http://$H:$P/"`),
  shell(
    "curl that is told another address for a name",
    "address",
    `curl -sS -m 4 --noproxy '*' --resolve "ok.test:$P:$H" "http://ok.test:$P/"`,
  ),
  shell(
    "curl that is told to connect elsewhere",
    "address",
    `curl -sS -m 4 --noproxy '*' --connect-to "ok.test:$P:$H:$P" "http://ok.test:$P/"`,
  ),
  shell(
    "curl on the loopback device",
    "address",
    `curl -sS -m 4 --noproxy '*' --interface lo "http://$H:$P/"`,
  ),
  shell("bash alone", "address", 'exec 3<>"/dev/tcp/$H/$P" && echo x >&3 && timeout 4 cat <&3'),
  shell(
    "bash and a datagram",
    "address",
    'exec 3<>"/dev/udp/$H/$P" && echo x >&3 && timeout 2 head -c 8 <&3',
  ),
  shell(
    "node, told to use no proxy",
    "address",
    "NODE_USE_ENV_PROXY=0 node -e 'fetch(process.argv[1]).then((r) => r.text()).then(console.log)' \"http://$H:$P/\"",
  ),
];

/** What needs a power that no sandbox has: gives DENIED wherever it is refused, and nothing when it works. */
export const POWERS: readonly (readonly [name: string, command: string])[] = [
  ["a raw socket", "python3 -c 'import socket; socket.socket(2, 3, 1)'"],
  ["a packet socket", "python3 -c 'import socket; socket.socket(17, 3, 0x300)'"],
  ["a socket of a virtual machine", "python3 -c 'import socket; socket.socket(40, 1).connect((2, 22))'"],
  ["the network of process 1 on the host", "nsenter --target 1 --net true"],
  ["a network namespace of its own", "unshare --net true"],
  ["a user namespace with a network", "unshare --user --map-root-user --net true"],
  ["another address", "ip address add 10.9.9.9/24 dev lo"],
  ["a route", "ip route add default dev lo"],
  ["a device", "ip link add sandhook0 type dummy"],
  [
    "a port below 1024 of somebody else",
    "ls /proc/1/root/proc/1/ns/net && cat /run/sandhook/door/../../host",
  ],
  ["DNS", "getent hosts secret.evil.test"],
  ["DNS over TCP", "exec 3<>/dev/tcp/1.1.1.1/53"],
  ["cloud metadata", "exec 3<>/dev/tcp/169.254.169.254/80"],
  [
    "the socket of docker",
    "python3 -c 'import socket; socket.socket(1, 1).connect(\"/var/run/docker.sock\")'",
  ],
  [
    "the proxy's control socket",
    'python3 -c \'import glob, socket; [socket.socket(1, 1).connect(f) for f in glob.glob("/home/**/network/*/control", recursive=True) or ["/nothing"]]\'',
  ],
];
