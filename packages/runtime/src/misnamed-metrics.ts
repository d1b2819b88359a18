/**
 * Default metrics whose names violate the Prometheus naming rules (gauges that end in `_total`,
 * types in names): `promtool check metrics` reports them.
 */
export const MISNAMED_METRICS = [
  ...['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'],
  ...['nodejs_eventloop_utilization_histogram', 'nodejs_eventloop_utilization_summary'],
] as const
