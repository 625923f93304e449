"use client";

import { Collapse, UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useId, useState } from "react";
import { useI18n } from "@/i18n/I18nProvider";
import type { Compiled } from "@/lib/serving";
import classes from "./Serving.module.css";

/** Each compiled form that was tried; names and refusals in the server's words. */
export function CandidateList({ compiled }: { compiled: Compiled }) {
  const { t, tn } = useI18n();
  const [open, setOpen] = useState(false);
  const id = useId();
  const { candidates = [], way, reason } = compiled;
  const verdictOf = (name: string, verdict: string) => {
    if (verdict !== "proven") return verdict;
    if (name !== way) return t("serving.proven");
    return t(reason === null ? "serving.candidateUsed" : "serving.candidateBest");
  };
  if (candidates.length === 0) return null;
  return (
    <div>
      <UnstyledButton className={classes.more} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        <IconChevronRight size={15} stroke={1.8} className={classes.chevron} aria-hidden />
        {tn("serving.candidates", candidates.length)}
      </UnstyledButton>
      <Collapse expanded={open} id={id}>
        <table className={classes.candidates}>
          <thead>
            <tr>
              <th scope="col">{t("serving.candidateForm")}</th>
              <th scope="col">{t("serving.candidateVerdict")}</th>
            </tr>
          </thead>
          <tbody>
            {candidates.map(({ name, verdict }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{verdictOf(name, verdict)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Collapse>
    </div>
  );
}
