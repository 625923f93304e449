export const keys = {
  apiKey: "API key",
  shownOnce: "Shown once. Copy it now; it cannot be read again.",
  iKeptIt: "I have stored this key somewhere safe",
  confirmTitle: "Close without keeping the key?",
  confirmText: "It cannot be shown again. Without it you would have to generate a new one.",
  confirmClose: "Close anyway",
  confirmStay: "Go back to the key",
} as const;
