export type Host = { readonly kind: "ours" } | { readonly kind: "hands-off"; readonly reason: string };

export function probeHost(host?: {
  readonly platform?: string;
  readonly uid?: number;
  readonly osRelease?: string;
}): Host;
