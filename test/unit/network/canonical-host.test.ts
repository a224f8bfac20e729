import { describe, expect, it } from "vitest";
import type { InputError } from "../../../src/core/errors.ts";
import { parseHost } from "../../../src/policy/network/canonical-host.ts";

describe("parseHost", () => {
  it.each([
    ["example.org", "name", "example.org"],
    ["EXAMPLE.Org", "name", "example.org"],
    ["example.org.", "name", "example.org"],
    ["bücher.example", "name", "xn--bcher-kva.example"],
    ["BÜCHER.example", "name", "xn--bcher-kva.example"],
    ["ｅxample.org", "name", "example.org"],
    ["example。org", "name", "example.org"],
    ["a_b.example", "name", "a_b.example"],
    ["localhost", "name", "localhost"],
    ["192.0.2.1", "address", "192.0.2.1"],
    ["192.0.2.1.", "address", "192.0.2.1"],
    ["2130706433", "address", "127.0.0.1"],
    ["0x7f000001", "address", "127.0.0.1"],
    ["0X7F.1", "address", "127.0.0.1"],
    ["0177.0.0.1", "address", "127.0.0.1"],
    ["127.1", "address", "127.0.0.1"],
    ["0", "address", "0.0.0.0"],
    ["１２７.0.0.1", "address", "127.0.0.1"],
    ["[::1]", "address", "::1"],
    ["::1", "address", "::1"],
    ["[2001:DB8:0:0:0:0:0:1]", "address", "2001:db8::1"],
    ["[::ffff:127.0.0.1]", "address", "127.0.0.1"],
    ["::ffff:7f00:1", "address", "127.0.0.1"],
    ["0:0:0:0:0:ffff:7f00:1", "address", "127.0.0.1"],
    ["64:ff9b::7f00:1", "address", "64:ff9b::7f00:1"],
  ])("reads %j as the %s %s", (text, kind, canonical) => {
    expect(parseHost(text)).toMatchObject({ kind, text: canonical });
  });

  it.each([
    ["", "network.host-length"],
    ["a".repeat(1001), "network.host-length"],
    ["a b.example", "network.host-forbidden-character"],
    ["a\0.example", "network.host-forbidden-character"],
    ["a\t.example", "network.host-forbidden-character"],
    ["a\n.example", "network.host-forbidden-character"],
    ["a\u007f.example", "network.host-forbidden-character"],
    ["a\u0085.example", "network.host-forbidden-character"],
    ["a\u00a0.example", "network.host-forbidden-character"],
    ["a\u2028.example", "network.host-forbidden-character"],
    ["ex%61mple.org", "network.host-forbidden-character"],
    ["fe80::1%eth0", "network.host-forbidden-character"],
    ["[fe80::1%25eth0]", "network.host-forbidden-character"],
    ["user@example.org", "network.host-forbidden-character"],
    ["example.org/path", "network.host-forbidden-character"],
    ["example.org\\x", "network.host-forbidden-character"],
    ["example.org?x", "network.host-forbidden-character"],
    ["example.org#x", "network.host-forbidden-character"],
    ["*.example.org", "network.host-forbidden-character"],
    ["example.org:80", "network.host-malformed"],
    ["[::1]:80", "network.host-malformed"],
    ["[::1", "network.host-malformed"],
    ["::1]", "network.host-malformed"],
    ["[example.org]", "network.host-malformed"],
    ["1.2.3.256", "network.host-malformed"],
    ["1.2.3.4.5", "network.host-malformed"],
    ["example.1", "network.host-malformed"],
    ["a..example", "network.host-malformed"],
    [".example", "network.host-malformed"],
    ["example..", "network.host-malformed"],
    ["-a.example", "network.host-malformed"],
    ["a-.example", "network.host-malformed"],
    [`${"a".repeat(64)}.example`, "network.host-malformed"],
    [`${"a.".repeat(127)}example`, "network.host-malformed"],
    ["example％2eorg", "network.host-malformed"],
    ["a／b.example", "network.host-malformed"],
  ])("refuses %j with %s", (text, code) => {
    expect(() => parseHost(text)).toThrow(expect.objectContaining({ code, area: "input" }) as InputError);
  });
});
