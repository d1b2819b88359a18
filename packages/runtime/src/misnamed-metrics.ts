/**
 * Default metrics whose names break Prometheus' rules (gauges that end in `_total`, types in
 * names): `promtool check metrics` objects.
 */
export const MISNAMED_METRICS = [
  ...['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'],
  ...['nodejs_eventloop_utilization_histogram', 'nodejs_eventloop_utilization_summary'],
] as const
