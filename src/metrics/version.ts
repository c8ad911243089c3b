/** Of the definitions in docs/metrics.md. */
export const metricsVersion = 2;
