/** What keys do on a page, in its footer. */
export function KeysBar({ keys }: { keys: readonly (readonly [string, string])[] }) {
  return (
    <footer className="keys">
      {keys.map(([key, text]) => (
        <span key={key}>
          <kbd>{key}</kbd> {text}
        </span>
      ))}
    </footer>
  );
}
