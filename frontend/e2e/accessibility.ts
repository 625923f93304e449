/** Runs axe in the page. Evaluated, not injected as a script: the pages' Content-Security-Policy refuses injected ones. */
import type { Page } from "@playwright/test";
import axe from "axe-core";

interface Finding {
  id: string;
  nodes: { target: unknown[]; failureSummary?: string }[];
}

/** WCAG 2.2 A and AA violations, one line each; an empty list is what a page owes. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const findings = await page.evaluate<Finding[]>(
    `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((result) => result.violations)`,
  );
  return findings.flatMap(({ id, nodes }) => nodes.map((node) => `${id} at ${node.target.join(" ")}: ${node.failureSummary ?? ""}`));
}
