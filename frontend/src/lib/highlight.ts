/** Colours for short snippets in four languages. Pure; a tokenizer of a few patterns, since a grammar would weigh more than the page. */
export type CodeLanguage = "curl" | "python" | "javascript" | "json";
export type TokenKind = "plain" | "string" | "keyword" | "number" | "comment" | "name";

export interface Token {
  kind: TokenKind;
  text: string;
}

const STRING = `"(?:\\\\.|[^"\\\\])*"|'(?:\\\\.|[^'\\\\])*'|\`(?:\\\\.|[^\`\\\\])*\``;
const NUMBER = String.raw`-?\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b`;

const KEYWORDS: Record<CodeLanguage, string> = {
  curl: String.raw`\bcurl\b|(?<=\s)--?[A-Za-z][\w-]*`,
  python: String.raw`\b(?:import|from|as|def|return|with|for|in|if|else|not|True|False|None|print)\b`,
  javascript: String.raw`\b(?:const|let|await|async|return|new|if|import|from|true|false|null)\b`,
  json: String.raw`\b(?:true|false|null)\b`,
};
const COMMENTS: Record<CodeLanguage, string> = { curl: "#.*", python: "#.*", javascript: "//.*", json: "(?!)" };

export function tokenize(code: string, language: CodeLanguage): Token[] {
  const name = language === "json" ? `"(?:\\\\.|[^"\\\\])*"(?=\\s*:)` : "(?!)";
  const pattern = new RegExp(
    `(?<name>${name})|(?<string>${STRING})|(?<comment>${COMMENTS[language]})|(?<keyword>${KEYWORDS[language]})|(?<number>${NUMBER})`,
    "g",
  );
  const tokens: Token[] = [];
  let at = 0;
  for (const match of code.matchAll(pattern)) {
    if (match.index > at) tokens.push({ kind: "plain", text: code.slice(at, match.index) });
    tokens.push({ kind: kindOf(match.groups), text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < code.length) tokens.push({ kind: "plain", text: code.slice(at) });
  return tokens;
}

function kindOf(groups: Record<string, string | undefined> = {}): TokenKind {
  const kinds: TokenKind[] = ["name", "string", "comment", "keyword", "number"];
  return kinds.find((kind) => groups[kind] !== undefined) ?? "plain";
}
