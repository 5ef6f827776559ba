/* What somebody has begun and not sent, kept in this browser tab: it survives a reload, a lock and a lost session, belongs
   to one member of staff, and is wiped when they log out. Secrets are never kept. */

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
