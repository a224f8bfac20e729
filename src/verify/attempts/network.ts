import { type Attempt, attemptsOf, arrived, done } from "../attempt.ts";

const perl = (socket: string): string => `perl -e 'socket(S, ${socket}) or exit 1'`;

/** Reaches a server of the host, or opens a socket that needs no route. */
export const network: readonly Attempt[] = attemptsOf("network", [
  ["localhost", "connects to the host's localhost", 'reach tcp 127.0.0.1 "$TCP"', arrived],
  ["localhost6", "connects to the host's localhost by IPv6", 'reach tcp ::1 "$TCP6"', arrived],
  ["address", "connects to an address of the host", 'reach tcp "$ADDRESS" "$TCP"', arrived],
  ["any", "connects to 0.0.0.0", 'reach tcp 0.0.0.0 "$TCP"', arrived],
  [
    "mapped",
    "connects to localhost by an IPv4 address in IPv6",
    'reach tcp ::ffff:127.0.0.1 "$TCP"',
    arrived,
  ],
  ["datagram", "sends a datagram to the host's localhost", 'reach udp 127.0.0.1 "$UDP"', arrived],
  ["datagram-address", "sends a datagram to an address of the host", 'reach udp "$ADDRESS" "$UDP"', arrived],
  [
    "gateway",
    "connects to the host by its gateway and by the host's names",
    'for host in $(gateways) "$ADDRESS"; do reach tcp "$host" "$TCP"; done',
    arrived,
  ],
  [
    "proxy",
    "asks the proxy of its environment for the host's localhost",
    'proxy=${http_proxy#*//} proxy=${proxy##*@} proxy=${proxy%/}; reach tcp "${proxy%:*}" "${proxy##*:}" "GET http://127.0.0.1:$TCP/$ID HTTP/1.0"$\'\\r\\n\\r\'',
    arrived,
  ],
  ["raw", "opens a raw socket", perl("2, 3, 1"), done, "perl"],
  ["packet", "opens a packet socket", perl("17, 3, 0x300"), done, "perl"],
  ["namespace", "enters the network of a process outside", 'nsenter --net -t "$BAIT" true', done, "nsenter"],
]);
