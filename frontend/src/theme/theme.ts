/** The product's look as a Mantine theme. Colours of surfaces and lines live in tokens.css; both schemes share this file. */
import {
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
  createTheme,
  defaultVariantColorsResolver,
} from "@mantine/core";

const marine: MantineColorsTuple = [
  "#eef8f9",
  "#d8eef0",
  "#b0dde1",
  "#82cad1",
  "#56b8c2",
  "#2f9ca8",
  "#14808d",
  "#0b6570",
  "#08505a",
  "#063d45",
];

const slate: MantineColorsTuple = [
  "#f7f8f8",
  "#f2f4f4",
  "#e8ebec",
  "#dde2e3",
  "#cbd2d4",
  "#98a4a9",
  "#637078",
  "#46545a",
  "#2a3539",
  "#14201f",
];

const night: MantineColorsTuple = [
  "#e8eeef",
  "#b1bdc1",
  "#8b999e",
  "#5f6d72",
  "#344146",
  "#212b2f",
  "#172023",
  "#11181b",
  "#0d1416",
  "#0b1012",
];

/** Mantine's own contrast looks at the light scheme's shade only; filled controls are light on dark pages here. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  return input.variant === "filled" ? { ...colors, color: "var(--mp-on-accent)" } : colors;
};

export const theme = createTheme({
  variantColorResolver,
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: "var(--mp-font-mono)",
  colors: { marine, gray: slate, dark: night },
  primaryColor: "marine",
  primaryShade: { light: 7, dark: 4 },
  black: "#14201f",
  defaultRadius: "md",
  radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "14px" },
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "19px" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.55", xl: "1.5" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "22px", lineHeight: "1.25" },
      h2: { fontSize: "17px", lineHeight: "1.35" },
      h3: { fontSize: "14px", lineHeight: "1.4" },
      h4: { fontSize: "13px", lineHeight: "1.4" },
    },
  },
  shadows: {
    xs: "var(--mp-shadow)",
    sm: "var(--mp-shadow)",
    md: "0 6px 20px -6px rgb(8 20 24 / 18%)",
    lg: "0 14px 40px -12px rgb(8 20 24 / 26%)",
    xl: "0 24px 60px -18px rgb(8 20 24 / 34%)",
  },
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    Paper: { defaultProps: { withBorder: true } },
    Button: { defaultProps: { size: "sm" }, styles: { root: { fontWeight: 550 } } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
    Badge: { defaultProps: { variant: "light", radius: "sm" }, styles: { label: { textTransform: "none", fontWeight: 550 } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: false } },
    Modal: {
      defaultProps: { centered: true, radius: "lg", overlayProps: { backgroundOpacity: 0.45, blur: 2 } },
      styles: { title: { fontWeight: 600, fontSize: 16 } },
    },
    Drawer: { styles: { title: { fontWeight: 600, fontSize: 16 } } },
    InputWrapper: {
      styles: {
        label: { fontWeight: 550, fontSize: 13, marginBottom: 5 },
        description: { fontSize: 12.5, color: "var(--mp-ink-3)", marginBottom: 5 },
        error: { fontSize: 12.5 },
      },
    },
    Checkbox: { styles: { label: { color: "var(--mp-ink)" } } },
    Alert: {
      styles: {
        root: { border: "1px solid transparent" },
        message: { color: "var(--mp-ink)" },
      },
    },
    Table: { defaultProps: { verticalSpacing: "sm", horizontalSpacing: "md" } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "var(--mp-surface)",
    "--mantine-color-text": "var(--mp-ink)",
    "--mantine-color-dimmed": "var(--mp-ink-3)",
    "--mantine-color-default-border": "var(--mp-line-strong)",
    "--mantine-color-placeholder": "#67737a",
    "--mantine-color-error": "var(--mp-bad)",
  },
  dark: {
    "--mantine-color-body": "var(--mp-surface)",
    "--mantine-color-text": "var(--mp-ink)",
    "--mantine-color-dimmed": "var(--mp-ink-3)",
    "--mantine-color-default": "var(--mp-raised)",
    "--mantine-color-default-border": "var(--mp-line-strong)",
    "--mantine-color-placeholder": "#7f8d92",
    "--mantine-color-error": "var(--mp-bad)",
  },
});
