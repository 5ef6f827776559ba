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

interface Passage {
  title: string | null;
  level: number;
  text: string;
}

/** A whole procedure text in its passages: each under its heading, without the anchors that forms refer to. */
export function passages(text: string): Passage[] {
  const found: Passage[] = [];
  let now: Passage = { title: null, level: 0, text: '' };
  for (const line of text.split('\n')) {
    const heading = /^(#{1,6})\s+(.*?)\s*(?:\{#[\w-]+\})?\s*$/.exec(line);
    if (heading?.[1] && heading[2]) {
      found.push(now);
      now = { title: heading[2], level: heading[1].length, text: '' };
    } else now = { ...now, text: `${now.text}${line}\n` };
  }
  return [...found, now].filter((one) => one.title !== null || one.text.trim() !== '');
}

export function ProcedureText({ text }: { text: string }) {
  return passages(text).map((one) => (
    <section key={one.title ?? ''}>
      {one.title !== null && (one.level > 1 ? <h3>{one.title}</h3> : <h2>{one.title}</h2>)}
      {one.text.trim() !== '' && <Procedure text={one.text.trim()} />}
    </section>
  ));
}
