/* A passage of the procedure text. Its lines are broken for whoever edits the file, its paragraphs by an empty line. */

const HAN = /[\u3000-\u9fff\uff00-\uffef]/;

export function paragraphs(text: string): string[] {
  return text.split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )/).map((part) =>
    part
      .split('\n')
      .map((line) => line.trim())
      .reduce((whole, line) => {
        const joined = HAN.test(whole.at(-1) ?? '') && HAN.test(line[0] ?? '');
        return whole === '' || joined ? whole + line : `${whole} ${line}`;
      }, ''),
  );
}

export function Procedure({ text }: { text: string }) {
  return (
    <div className="procedure">
      {paragraphs(text).map((part) => (
        <p key={part}>{part}</p>
      ))}
    </div>
  );
}
