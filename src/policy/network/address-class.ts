import { hasPrefix, type IpAddress } from "./ip-address.ts";

/** What kind of network an address belongs to. Only `public` is reached without being allowed by name. */
export type AddressClass =
  | "public"
  | "loopback"
  | "private"
  | "link-local"
  | "metadata"
  | "multicast"
  | "unspecified"
  | "reserved"
  /** Public, but this very machine: its services would take a command for somebody at home. */
  | "own";

type Range = readonly [prefix: readonly number[], bits: number, kind: AddressClass];

// Services that hand credentials to whoever asks: AWS, GCP, Azure and OpenStack share 169.254.169.254; then AWS
// DNS, ECS tasks, EKS pods, Azure's host agent, Alibaba, Oracle. First match wins, so these come before their range.
const V4_RANGES: readonly Range[] = [
  [[169, 254, 169, 254], 32, "metadata"],
  [[169, 254, 169, 253], 32, "metadata"],
  [[169, 254, 170, 2], 32, "metadata"],
  [[169, 254, 170, 23], 32, "metadata"],
  [[168, 63, 129, 16], 32, "metadata"],
  [[100, 100, 100, 200], 32, "metadata"],
  [[192, 0, 0, 192], 32, "metadata"],
  // Linux connects 0.0.0.0 to loopback.
  [[0], 8, "unspecified"],
  [[10], 8, "private"],
  [[100, 64], 10, "private"],
  [[127], 8, "loopback"],
  [[169, 254], 16, "link-local"],
  [[172, 16], 12, "private"],
  [[192, 0, 0], 24, "reserved"],
  [[192, 0, 2], 24, "reserved"],
  [[192, 88, 99], 24, "reserved"],
  [[192, 168], 16, "private"],
  [[198, 18], 15, "private"],
  [[198, 51, 100], 24, "reserved"],
  [[203, 0, 113], 24, "reserved"],
  [[224], 4, "multicast"],
  [[240], 4, "reserved"],
];

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

const V6_RANGES: readonly Range[] = [
  [[0xfd, 0x00, 0x0e, 0xc2, ...zeros(10), 0x02, 0x54], 128, "metadata"],
  [[0xfd, 0x00, 0x0e, 0xc2, ...zeros(10), 0x02, 0x53], 128, "metadata"],
  [[0xfd, 0x00, 0x0e, 0xc2, ...zeros(10), 0x00, 0x23], 128, "metadata"],
  [[0xfd, 0x20, 0x00, 0xce, ...zeros(10), 0x02, 0x54], 128, "metadata"],
  [[0xfe, 0x80, ...zeros(10), 0xa9, 0xfe, 0xa9, 0xfe], 128, "metadata"],
  [zeros(16), 128, "unspecified"],
  [[...zeros(15), 1], 128, "loopback"],
  // Local NAT64 (RFC 8215): the network decides where the IPv4 address sits, so none of it can be judged.
  [[0x00, 0x64, 0xff, 0x9b, 0x00, 0x01], 48, "private"],
  [[0xfc], 7, "private"],
  [[0xfe, 0xc0], 10, "private"],
  [[0xfe, 0x80], 10, "link-local"],
  [[0xff], 8, "multicast"],
  [[0x20, 0x01, 0x0d, 0xb8], 32, "reserved"],
  [[0x3f, 0xff], 20, "reserved"],
];

/** Offsets at which a transition mechanism carries an IPv4 address. `inverted`: Teredo stores the client's bits flipped. */
type Embedding = readonly [prefix: readonly number[], bits: number, offset: number, inverted?: "inverted"];

const EMBEDDINGS: readonly Embedding[] = [
  [zeros(12), 96, 12],
  [[...zeros(8), 0xff, 0xff, 0, 0], 96, 12],
  [[0x00, 0x64, 0xff, 0x9b, ...zeros(8)], 96, 12],
  [[0x20, 0x02], 16, 2],
  [[0x20, 0x01, 0, 0], 32, 4],
  [[0x20, 0x01, 0, 0], 32, 12, "inverted"],
];

function classInRanges(bytes: readonly number[], ranges: readonly Range[]): AddressClass | undefined {
  return ranges.find(([prefix, bits]) => hasPrefix(bytes, prefix, bits))?.[2];
}

function classifyV4(bytes: readonly number[]): AddressClass {
  return classInRanges(bytes, V4_RANGES) ?? "public";
}

/** ISATAP (RFC 5214) puts `0000:5efe` or `0200:5efe` and an IPv4 address into the interface id of any prefix. */
function isIsatap(bytes: readonly number[]): boolean {
  return ((bytes[8] ?? 0) & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
}

/** The IPv4 addresses that an IPv6 address carries for a transition mechanism; empty for every other address. */
export function carriedAddresses({ version, bytes }: IpAddress): readonly (readonly number[])[] {
  if (version === 4) return [];
  const found = EMBEDDINGS.filter(([prefix, bits]) => hasPrefix(bytes, prefix, bits)).map(
    ([, , offset, inverted]) => {
      const inner = bytes.slice(offset, offset + 4);
      return inverted === undefined ? inner : inner.map((byte) => byte ^ 0xff);
    },
  );
  return isIsatap(bytes) ? [...found, bytes.slice(12)] : found;
}

/**
 * The class of a resolved address. Addresses that carry an IPv4 address (compatible, translated, NAT64, 6to4, Teredo,
 * ISATAP) take the class of what they carry when it is not public. Whatever IANA has not handed out is `reserved`.
 * Sources: IANA IPv4 and IPv6 special-purpose registries; RFC 6052, 8215, 3056, 4380, 5214.
 */
export function classifyAddress(address: IpAddress): AddressClass {
  const { version, bytes } = address;
  if (version === 4) return classifyV4(bytes);
  const special = classInRanges(bytes, V6_RANGES);
  if (special !== undefined) return special;
  const embedded = carriedAddresses(address).map(classifyV4);
  const unsafe = embedded.find((kind) => kind !== "public");
  if (unsafe !== undefined) return unsafe;
  if (embedded.length > 0) return "public";
  // 2001::/23 is protocol assignments (ORCHID, benchmarking); of the rest only 2000::/3 is routed.
  if (hasPrefix(bytes, [0x20, 0x01, 0x00], 23)) return "reserved";
  return hasPrefix(bytes, [0x20], 3) ? "public" : "reserved";
}

/** The same on a machine that has the given addresses, in canonical text. */
export function classifyOn(own: ReadonlySet<string>, address: IpAddress): AddressClass {
  const kind = classifyAddress(address);
  if (kind !== "public") return kind;
  const texts = [address.text, ...carriedAddresses(address).map((bytes) => bytes.join("."))];
  return texts.some((text) => own.has(text)) ? "own" : "public";
}
