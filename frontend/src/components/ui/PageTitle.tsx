/**
 * The tab's title in the reader's language. React moves it into the head; pages declare no title of their own to Next,
 * since a built one is English and would stand first.
 */
export function PageTitle({ text }: { text: string }) {
  return <title>{`${text} · Modelport`}</title>;
}
