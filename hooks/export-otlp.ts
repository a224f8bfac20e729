/** The official OpenTelemetry packages; loaded only when records are exported to an endpoint. */
export { exportOtlp } from "../src/runtime/audit/export-otlp.ts";
