/* What somebody has begun and not sent, kept in this browser tab: it survives a reload, a lock and a lost session, belongs
   to one member of staff, and is wiped when they log out. Secrets are never kept. */

import { useCallback, useEffect, useState } from 'react';

const PREFIX = 'liushui.draft.';

export function loadDraft<T>(owner: string, name: string): T | null {
  const text = sessionStorage.getItem(`${PREFIX}${owner}.${name}`);
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

export function saveDraft(owner: string, name: string, draft: unknown): void {
  sessionStorage.setItem(`${PREFIX}${owner}.${name}`, JSON.stringify(draft));
}

export function dropDraft(owner: string, name: string): void {
  sessionStorage.removeItem(`${PREFIX}${owner}.${name}`);
}

export function wipeDrafts(): void {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
  }
}

/** Whoever logs in finds nothing that somebody else has begun. */
export function wipeDraftsOfOthers(owner: string): void {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PREFIX) && !name.startsWith(`${PREFIX}${owner}.`)) sessionStorage.removeItem(name);
  }
}

/** What is being filled in, kept from the first letter on. */
export function useDraft<T>(owner: string, name: string, first: () => T): [T, (next: T) => void, () => void] {
  const [draft, setDraft] = useState<T>(() => loadDraft<T>(owner, name) ?? first());
  const keep = useCallback(
    (next: T) => {
      saveDraft(owner, name, next);
      setDraft(next);
    },
    [owner, name],
  );
  const drop = useCallback(() => dropDraft(owner, name), [owner, name]);
  return [draft, keep, drop];
}

const A_RELOAD_MS = 400;

/** Whether another window of this browser has the same draft open (a window that was duplicated brings its drafts along). The
 * one that had it first keeps it; once that is closed, this one has it. */
export function useOpenElsewhere(name: string): boolean {
  const [elsewhere, setElsewhere] = useState(false);
  useEffect(() => {
    if (!navigator.locks) return undefined; // not over plain HTTP; the key of the draft still keeps it from being done twice
    const stop = new AbortController();
    const lock = `${PREFIX}${name}`;
    let timer = 0;
    let leave: () => void = () => undefined;
    const keep = () =>
      stop.signal.aborted
        ? undefined
        : new Promise<void>((resolve) => {
            window.clearTimeout(timer);
            setElsewhere(false);
            leave = resolve;
          });
    /* Asked first whether anybody has it: a slow answer is no answer, and must not take the form from whoever types. */
    navigator.locks
      .request(lock, { ifAvailable: true }, (free) => {
        if (free || stop.signal.aborted) return keep();
        timer = window.setTimeout(() => setElsewhere(true), A_RELOAD_MS); // a page that is reloaded lets go a moment later
        void navigator.locks.request(lock, { signal: stop.signal }, keep).catch(() => undefined); // given up while it waited
        return undefined;
      })
      .catch(() => undefined);
    return () => {
      window.clearTimeout(timer);
      setElsewhere(false);
      stop.abort();
      leave();
    };
  }, [name]);
  return elsewhere;
}
