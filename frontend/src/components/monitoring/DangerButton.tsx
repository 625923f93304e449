import { Button, type ButtonProps } from "@mantine/core";
import type { ComponentPropsWithoutRef } from "react";
import classes from "./DangerButton.module.css";

/** For what cannot be taken back. Its colours keep their contrast in both schemes. */
export function DangerButton(props: ButtonProps & ComponentPropsWithoutRef<"button">) {
  return <Button {...props} className={classes.danger} />;
}
