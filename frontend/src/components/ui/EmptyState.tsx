import type { IconProps } from "@tabler/icons-react";
import type { ComponentType, ReactNode } from "react";
import classes from "./States.module.css";

interface EmptyStateProps {
  icon: ComponentType<IconProps>;
  title: string;
  text: string;
  /** What to do next. */
  action?: ReactNode;
  /** 1 where nothing else heads the page. */
  level?: 1 | 2;
}

export function EmptyState({ icon: Icon, title, text, action, level = 2 }: EmptyStateProps) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className={classes.state} data-state="empty">
      <span className={classes.icon}>
        <Icon size={20} stroke={1.6} aria-hidden />
      </span>
      <Heading className={classes.title}>{title}</Heading>
      <p className={classes.text}>{text}</p>
      {action ? <div style={{ marginTop: 20 }}>{action}</div> : null}
    </div>
  );
}
