import { IconAlertCircle, IconCircleCheck, IconExclamationCircle } from "@tabler/icons-react";
import type { I18n } from "@/i18n/I18nProvider";
import classes from "./StatusCode.module.css";

/** Answers a prediction can give, in the order the documentation lists them. */
export const KNOWN_CODES = [200, 400, 401, 403, 404, 413, 415, 429, 500, 503] as const;

/** An HTTP status told by number, shape and colour. */
export function StatusCode({ code }: { code: number }) {
  const Icon = code < 400 ? IconCircleCheck : code < 500 ? IconExclamationCircle : IconAlertCircle;
  return (
    <span className={classes.code} data-kind={kindOf(code)}>
      <Icon size={15} stroke={1.8} aria-hidden />
      <span className="tnum">{code}</span>
    </span>
  );
}

export function kindOf(code: number): "good" | "caller" | "server" {
  if (code < 400) return "good";
  return code < 500 ? "caller" : "server";
}

/** What a status means, in a few words; the words of its class for one we never send. */
export function codeText(code: number, t: I18n["t"]): string {
  const known = KNOWN_CODES.find((one) => one === code);
  return known ? t(`apis.code_${known}`) : t(`apis.kind_${kindOf(code)}`);
}
