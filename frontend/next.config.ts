import type { NextConfig } from "next";

/** Where `next dev` sends what the static build gets from its own origin. */
const backend = process.env.BACKEND_URL ?? "http://127.0.0.1:8000";
const isDev = process.env.NODE_ENV === "development";

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  experimental: { optimizePackageImports: ["@mantine/core", "@mantine/hooks", "@tabler/icons-react"] },
  // Rewrites exist only in development: an export cannot carry them, and a static server needs none.
  ...(isDev
    ? {
        rewrites: async () => [
          { source: "/api/:path*", destination: `${backend}/api/:path*` },
          { source: "/docs", destination: `${backend}/docs` },
          { source: "/openapi.json", destination: `${backend}/openapi.json` },
        ],
      }
    : { output: "export" }),
};

export default config;
