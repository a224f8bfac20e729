import { InputError } from "../../core/errors.ts";
import { parseHost } from "./canonical-host.ts";
import { hasPrefix, type IpAddress } from "./ip-address.ts";
import { quoteText } from "./quote-text.ts";

/** One entry of `network.allowedAddresses`: where an allowed name may resolve to although it is not public. */
export interface AddressRange {
  readonly text: string;
  readonly base: IpAddress;
  readonly bits: number;
}

function refuse(text: string, reason: string): never {
  throw new InputError({
    code: "network.address-range",
    message: `The address range ${quoteText(text)} cannot be used: ${reason}`,
    hint: "Write one address (10.1.2.3, fd12::5) or a range (10.1.0.0/16, fd12::/32).",
  });
}

function parseBase(text: string, host: string): IpAddress {
  let parsed;
  try {
    parsed = parseHost(host);
  } catch {
    return refuse(text, "its address cannot be read");
  }
  if (parsed.kind !== "address") return refuse(text, "expected an address, not a name");
  if (parsed.address.version === 4 && parsed.text !== host) return refuse(text, `write ${parsed.text}`);
  return parsed.address;
}

/**
 * Reads an address or a CIDR range. Throws InputError `network.address-range` for names, for bits set behind the prefix,
 * and for ranges wider than /8 (IPv4) or /16 (IPv6).
 */
export function parseAddressRange(text: unknown): AddressRange {
  if (typeof text !== "string") return refuse(String(text), "expected text");
  const [host = "", bitsText, rest] = text.split("/");
  const base = parseBase(text, host);
  const most = base.version === 4 ? 32 : 128;
  const bits = bitsText === undefined ? most : /^\d{1,3}$/u.test(bitsText) ? Number(bitsText) : Number.NaN;
  if (rest !== undefined || !(bits <= most)) return refuse(text, `expected a prefix length up to ${most}`);
  if (bits < (base.version === 4 ? 8 : 16)) return refuse(text, "the range is too wide");
  const tail = base.bytes.some((byte, index) => {
    const kept = Math.min(8, Math.max(0, bits - index * 8));
    return (byte & (0xff >> kept)) !== 0;
  });
  if (tail) return refuse(text, "bits are set behind the prefix");
  return { text, base, bits };
}

/** True when `address` lies in `range`. */
export function rangeHolds(range: AddressRange, address: IpAddress): boolean {
  return range.base.version === address.version && hasPrefix(address.bytes, range.base.bytes, range.bits);
}
