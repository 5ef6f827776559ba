import { forwardRef, useState, type KeyboardEvent } from 'react';
import type { ProcessView } from '../shared/api/types';
import { partOf, useI18n } from '../shared/i18n';
import { useWorkbench } from './workbenchState';

const SHOWN_MAX = 8;

/** The processes that what was typed may mean: a code or initials from their beginning, a name anywhere. */
export function matching(typed: string, processes: readonly ProcessView[]): ProcessView[] {
  const text = typed.trim().toLowerCase();
  if (!text) return [];
  const whole = processes.filter((one) => one.code === text || one.pinyin === text);
  const starts = processes.filter((one) => one.code?.startsWith(text) || one.pinyin?.startsWith(text));
  const named = processes.filter((one) => one.name.toLowerCase().includes(text));
  return [...new Set([...whole, ...starts, ...named])].slice(0, SHOWN_MAX);
}

/** One line for everything: type what a transaction is called and press Enter. */
export const CommandLine = forwardRef<HTMLInputElement>(function CommandLine(_, ref) {
  const { t, language } = useI18n();
  const { processes, open } = useWorkbench();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const found = matching(typed, processes ?? []);
  const take = (process: ProcessView | undefined) => {
    if (!process) return;
    open(process.key);
    setTyped('');
    setAt(0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const moves: Record<string, () => void> = {
      ArrowDown: () => setAt((n) => Math.min(n + 1, found.length - 1)),
      ArrowUp: () => setAt((n) => Math.max(n - 1, 0)),
      Enter: () => take(found[at] ?? found[0]),
      Escape: () => setTyped(''),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  const isOpen = found.length > 0;
  return (
    <div className="command">
      <input
        ref={ref}
        className="command-input"
        role="combobox"
        aria-label={t('command.label')}
        value={typed}
        aria-expanded={isOpen}
        aria-controls="command-list"
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder={t('command.hint')}
        aria-activedescendant={isOpen ? `command-${found[at]?.key}` : undefined}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul
        id="command-list"
        role="listbox"
        aria-label={t('command.found')}
        className="command-list"
        hidden={!isOpen}
      >
        {found.map((process, index) => (
          <li
            key={process.key}
            id={`command-${process.key}`}
            role="option"
            aria-selected={index === at}
            onPointerDown={(event) => {
              event.preventDefault();
              take(process);
            }}
          >
            <span className="code">{process.code}</span> {partOf(process.name, language)}
            <span className="quiet"> {process.pinyin}</span>
          </li>
        ))}
      </ul>
    </div>
  );
});
