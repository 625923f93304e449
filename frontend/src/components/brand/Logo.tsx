import classes from "./Logo.module.css";

/** The mark: an M drawn as one line of a chart that ends in an endpoint. */
export function LogoMark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" className={classes.mark}>
      <rect width="32" height="32" rx="8" className={classes.plate} />
      <path d="M7.5 23V10.2l6.6 8.3 6.6-8.3v7.6" className={classes.line} />
      <circle cx="20.7" cy="22.4" r="2.6" className={classes.end} />
    </svg>
  );
}

export function Logo() {
  return (
    <span className={classes.logo}>
      <LogoMark />
      <span className={classes.word}>Modelport</span>
    </span>
  );
}
