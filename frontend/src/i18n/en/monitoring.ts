export const monitoring = {
  title: "Monitoring",
  subtitle: "Traffic, latency and resources of every exported API.",
} as const;
