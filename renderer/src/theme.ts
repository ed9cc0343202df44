import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const moss: MantineColorsTuple = [
  "#eef6f2",
  "#dcebe3",
  "#b7d8c7",
  "#8fc4aa",
  "#63c79c",
  "#3f9a73",
  "#2f8260",
  "#246d50",
  "#1c5b43",
  "#124433",
];

/** Mantine draws fields, menus and dialogs in the dark scheme from these; they carry the page's tint. */
const dark: MantineColorsTuple = [
  "#e3e9e6",
  "#c3ccc7",
  "#9ba7a1",
  "#6b7771",
  "#3a4540",
  "#242b28",
  "#1a1f1d",
  "#141816",
  "#0f1311",
  "#0a0d0b",
];

/** 13 px in tables and controls, 14 px elsewhere, on a grid of 8 px. */
export const theme = createTheme({
  primaryColor: "moss",
  primaryShade: { light: 8, dark: 7 },
  colors: { moss, dark },
  fontFamily: "var(--text-font)",
  fontFamilyMonospace: "var(--mono-font)",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "1.35", sm: "1.4", md: "1.5", lg: "1.5", xl: "1.4" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "2px", sm: "4px", md: "6px", lg: "8px", xl: "16px" },
  defaultRadius: "sm",
  headings: { fontWeight: "600", fontFamily: "var(--text-font)" },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "sm" } },
    NumberInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm" } },
    Tooltip: { defaultProps: { openDelay: 300, transitionProps: { duration: 120 } } },
    Modal: {
      defaultProps: {
        transitionProps: { duration: 120 },
        centered: true,
        closeButtonProps: { "aria-label": "Close" },
        styles: { title: { fontWeight: 600 } },
      },
    },
  },
});

/** Lets Mantine's own parts take the page's tokens, in both schemes. */
export const cssVariables: CSSVariablesResolver = () => {
  const tokens = {
    "--mantine-color-body": "var(--ground)",
    "--mantine-color-text": "var(--text)",
    "--mantine-color-dimmed": "var(--muted)",
    "--mantine-color-placeholder": "var(--muted)",
    "--mantine-color-default": "var(--ground-raised)",
    "--mantine-color-default-hover": "var(--ground-hover)",
    "--mantine-color-default-color": "var(--text)",
    "--mantine-color-default-border": "var(--line-strong)",
    "--mantine-color-anchor": "var(--accent)",
    "--mantine-color-error": "var(--status-failed)",
  };
  return { variables: {}, light: tokens, dark: tokens };
};
