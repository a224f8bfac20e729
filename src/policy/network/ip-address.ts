/** An address as numbers, so that no decision is taken on one of its many spellings. */
export type IpAddress =
  | { readonly version: 4; readonly text: string; readonly bytes: readonly number[] }
  | { readonly version: 6; readonly text: string; readonly bytes: readonly number[] };

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

function makeV4(bytes: readonly number[]): IpAddress {
  return { version: 4, text: bytes.join("."), bytes };
}

function bytesOfV6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [left = [], right = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const gap = 8 - left.length - right.length;
  if (halves.length === 2 ? gap < 1 : gap !== 0) return undefined;
  const groups = [...left, ...Array.from({ length: gap }, () => "0"), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** True when the first 12 bytes are those of `::ffff:0:0/96`: the kernel connects such an address over IPv4. */
function isMapped(bytes: readonly number[]): boolean {
  return bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
}

/**
 * Reads an address in the one spelling that the WHATWG URL serialiser gives: four decimal octets, or lower-case IPv6
 * without brackets. IPv4-mapped IPv6 becomes IPv4. Gives undefined for every other text, zone ids included.
 */
export function readCanonicalAddress(text: string): IpAddress | undefined {
  const octets = V4.exec(text)?.slice(1);
  if (octets !== undefined) {
    const bytes = octets.map(Number);
    const plain = bytes.every((byte) => byte <= 255) && bytes.join(".") === text;
    return plain ? makeV4(bytes) : undefined;
  }
  const bytes = text.includes(":") ? bytesOfV6(text) : undefined;
  if (bytes === undefined) return undefined;
  return isMapped(bytes) ? makeV4(bytes.slice(12)) : { version: 6, text, bytes };
}

/** True when the first `bits` bits of `address` are those of `prefix`. Both are network-order bytes. */
export function hasPrefix(address: readonly number[], prefix: readonly number[], bits: number): boolean {
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 0xff : (0xff << (8 - (bits - bit))) & 0xff;
    if (((address[bit / 8] ?? 0) & mask) !== ((prefix[bit / 8] ?? 0) & mask)) return false;
  }
  return true;
}
